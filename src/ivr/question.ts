import type { Seconds } from '../domain/time.ts';
import type { FixedPrompt, Prompt } from './prompts.ts';

/** What the keys so far amount to. */
export type Reading<T> =
  /** More may come; `soFar` is what silence makes of it (a forgotten `#`). */
  | { readonly kind: 'incomplete'; readonly soFar?: T }
  /** `swallow` is a terminator that many add out of habit, and that means nothing if it comes next. */
  | { readonly kind: 'complete'; readonly value: T; readonly swallow?: '#' }
  | { readonly kind: 'invalid' };

/** Something the caller is asked. Reading is pure: the same keys always read the same. */
export interface Question<T> {
  readonly name: string;
  /** Secret keys are masked wherever they are shown. */
  readonly secret: boolean;
  readonly prompt: Prompt;
  readonly noMatch: FixedPrompt;
  /** What silence is answered with; by default that nothing was heard. */
  readonly noInput?: FixedPrompt;
  /** An entry that # ends, and that ## starts again. */
  readonly endsWithHash?: boolean;
  /**
   * Whether only what is keyed after a moment of it is an answer: for questions that nobody
   * can have known of, and that must not be agreed to unheard.
   */
  readonly unforeseen?: boolean;
  /** Whether this answer may be shown as it was keyed, where not all may. */
  showable?(value: T): boolean;
  /** How long the first key may take, where it is not the usual time. */
  readonly patience?: Seconds;
  /** How often it is asked, where it is not three times. */
  readonly mostAskings?: number;
  read(keys: string): Reading<T>;
}

/** Longer entries than this are no answer to anything; it bounds what a stuck key can do. */
const longestEntry = 24;

/** An entry that `#` ends. */
export function entry<T>(keys: string, parse: (entered: string) => T | undefined): Reading<T> {
  const ended = keys.endsWith('#');
  const value = parse(ended ? keys.slice(0, -1) : keys);
  if (ended) return value === undefined ? { kind: 'invalid' } : { kind: 'complete', value };
  if (keys.length >= longestEntry) return { kind: 'invalid' };
  return value === undefined ? { kind: 'incomplete' } : { kind: 'incomplete', soFar: value };
}

/** Asks for one key of these. */
export function choice<T>(keys: string, choices: Readonly<Record<string, T>>): Reading<T> {
  if (keys === '') return { kind: 'incomplete' };
  // an own key only: nobody can key a word, but a reading must not find what Object brings along
  const value = Object.entries(choices).find(([key]) => key === keys)?.[1];
  return value === undefined
    ? { kind: 'invalid' }
    : { kind: 'complete', value, ...(keys !== '#' && { swallow: '#' }) };
}

/**
 * Keys as they may be shown: secret ones as dots, so that only their number is
 * seen. What is no answer is masked too: it may be a PIN keyed at the wrong question.
 */
export function shown<T>(question: Question<T>, keys: string, answer: T | undefined): string {
  const plain = !question.secret && answer !== undefined && (question.showable?.(answer) ?? true);
  return plain ? keys : keys.replace(/[0-9]/g, '•');
}
