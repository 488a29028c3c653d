import type { Seconds, Timer } from '../domain/time.ts';

/** How far a server has come. Where none runs there is none. */
export type Phase = 'starting' | 'serving' | 'stopping';

export interface ReadinessParts {
  readonly phase: () => Phase | undefined;
  /** Whether all parts are well; may take long, or never come. */
  readonly health: () => Promise<{ readonly ok: boolean }>;
  readonly timer: Timer;
}

/** Longer than a part that is well needs; a monitor must not wait for one that hangs. */
const patience: Seconds = 3;

/**
 * Whether a call could open the gate now. Answers in bounded time and never rejects: who
 * does not answer is not well. However many ask at once, the parts are asked once.
 */
export function createReadiness({ phase, health, timer }: ReadinessParts): () => Promise<boolean> {
  let looking: Promise<boolean> | undefined;

  function look(): Promise<boolean> {
    return new Promise((resolve) => {
      const late = timer(patience, () => resolve(false));
      health()
        .then(
          ({ ok }) => resolve(ok),
          () => resolve(false),
        )
        .finally(() => late.cancel());
    });
  }

  return async () => {
    if (phase() !== 'serving') return false;
    looking ??= look().finally(() => (looking = undefined));
    // it may have begun to stop meanwhile
    return (await looking) && phase() === 'serving';
  };
}
