import { parseKnockCode, type KnockCode } from '../domain/knock-code.ts';
import { parsePin, type Pin } from '../domain/pin.ts';
import type { Address } from '../domain/address.ts';
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
  read(keys: string): Reading<T>;
}

/** Longer entries than this are no answer to anything; it bounds what a stuck key can do. */
const longestEntry = 24;

/** An entry that `#` ends. */
function entry<T>(keys: string, parse: (entered: string) => T | undefined): Reading<T> {
  const ended = keys.endsWith('#');
  const value = parse(ended ? keys.slice(0, -1) : keys);
  if (ended) return value === undefined ? { kind: 'invalid' } : { kind: 'complete', value };
  if (keys.length >= longestEntry) return { kind: 'invalid' };
  return value === undefined ? { kind: 'incomplete' } : { kind: 'incomplete', soFar: value };
}

export const knockCodeQuestion: Question<KnockCode> = {
  name: 'knock-code',
  secret: true,
  prompt: { name: 'knock-code' },
  noMatch: 'knock-code-no-match',
  read: (keys) => entry(keys, parseKnockCode),
};

export const pinQuestion: Question<Pin> = {
  name: 'pin',
  secret: true,
  prompt: { name: 'pin' },
  noMatch: 'pin-no-match',
  read: (keys) => entry(keys, parsePin),
};

/** Four numbers of up to three digits; whether they make an address is not the question's to say. */
export type KeyedAddress = readonly [number, number, number, number];

function fourNumbers(entered: string): KeyedAddress | undefined {
  const groups = /^[0-9]{12}$/.test(entered)
    ? entered.match(/[0-9]{3}/g)
    : /^([0-9]{1,3}\*){3}[0-9]{1,3}$/.test(entered)
      ? entered.split('*')
      : null;
  if (!groups) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = groups.map(Number);
  return [a, b, c, d];
}

export const addressQuestion: Question<KeyedAddress> = {
  name: 'address',
  secret: false,
  prompt: { name: 'address' },
  noMatch: 'address-no-match',
  read(keys) {
    const twelve = /^[0-9]{12}$/.test(keys) ? fourNumbers(keys) : undefined;
    if (twelve) return { kind: 'complete', value: twelve, swallow: '#' };
    return entry(keys, fourNumbers);
  },
};

export type Confirmation = 'open' | 'again';

export function readBackQuestion(address: Address): Question<Confirmation> {
  return {
    name: 'read-back',
    secret: false,
    prompt: { name: 'read-back', address },
    noMatch: 'confirm-no-match',
    read(keys) {
      if (keys === '') return { kind: 'incomplete' };
      if (keys === '1') return { kind: 'complete', value: 'open' };
      if (keys === '2') return { kind: 'complete', value: 'again' };
      return { kind: 'invalid' };
    },
  };
}

/**
 * Keys as they may be shown: secret ones as dots, so that only their number is
 * seen. What is no answer is masked too: it may be a PIN keyed at the wrong question.
 */
export function shown(question: Question<unknown>, keys: string, answered: boolean): string {
  return question.secret || !answered ? keys.replace(/[0-9]/g, '•') : keys;
}
