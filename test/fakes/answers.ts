import type { AnswerStore, KeptAnswer } from '../../src/domain/ports.ts';
import { instant, type Memory } from './memory.ts';

export function createMemoryAnswers({ perform }: Pick<Memory, 'perform'>): AnswerStore {
  const kept = new Map<string, KeptAnswer & { readonly owner: string }>();

  return {
    take: (lookup, owner, request, at) =>
      perform(() => {
        const taken = kept.get(lookup);
        if (taken) {
          const { owner: _owner, ...answer } = taken;
          return answer;
        }
        kept.set(lookup, { owner, request, beganAt: instant(at), answer: null });
        return undefined;
      }),
    keep: (lookup, answer) =>
      perform(() => {
        const taken = kept.get(lookup);
        if (taken) kept.set(lookup, { ...taken, answer });
      }),
    release: (lookup) => perform(() => void kept.delete(lookup)),
    countOf: (owner) =>
      perform(() => [...kept.values()].filter((taken) => taken.owner === owner).length),
    forgetBefore: (at) =>
      perform(() => {
        const old = [...kept].filter(([, { beganAt }]) => beganAt < instant(at)).slice(0, 1000);
        for (const [lookup] of old) kept.delete(lookup);
        return old.length;
      }),
  };
}
