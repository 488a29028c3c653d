import { addressFromNumbers, type Address } from '../domain/address.ts';
import { parseKnockCode, type KnockCode } from '../domain/knock-code.ts';
import { parseOneTimeCode, type OneTimeCode } from '../domain/one-time-code.ts';
import { parsePin, type Pin } from '../domain/pin.ts';
import type { Seconds } from '../domain/time.ts';
import type { Prompt } from './prompts.ts';
import { choice, entry, type Question } from './question.ts';

/** The knock code; or, with a star before it, the number of a language. */
export type KnockAnswer = KnockCode | { readonly language: number };

/** No knock code begins with a star, so a language can be chosen ahead of a stored dial string, too. */
export function knockCodeQuestion(languages: number): Question<KnockAnswer> {
  return {
    name: 'knock-code',
    secret: true,
    prompt: { name: 'knock-code' },
    noMatch: 'knock-code-no-match',
    endsWithHash: true,
    read(keys) {
      const chosen = /^\*([1-9])$/.exec(keys)?.[1];
      if (chosen === undefined) return entry<KnockAnswer>(keys, parseKnockCode);
      return Number(chosen) <= languages
        ? { kind: 'complete', value: { language: Number(chosen) }, swallow: '#' }
        : { kind: 'invalid' };
    },
  };
}

export const pinQuestion: Question<Pin> = {
  name: 'pin',
  secret: true,
  prompt: { name: 'pin' },
  noMatch: 'pin-no-match',
  endsWithHash: true,
  read: (keys) => entry(keys, parsePin),
};

export const oneTimeCodeQuestion: Question<OneTimeCode> = {
  name: 'one-time-code',
  secret: true,
  prompt: { name: 'one-time-code' },
  noMatch: 'one-time-code-no-match',
  endsWithHash: true,
  // a code may have to be looked up, or waited for
  patience: 30,
  read: (keys) => entry(keys, parseOneTimeCode),
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

/** The address; or 0 alone, to be recognised instead. */
export function addressQuestion(canPair: boolean): Question<KeyedAddress | 'pair'> {
  return {
    name: 'address',
    secret: false,
    prompt: { name: canPair ? 'address-or-pair' : 'address' },
    noMatch: 'address-no-match',
    endsWithHash: true,
    // whoever is at a strange machine has to find out where they are
    patience: 20,
    // twelve digits may be a PIN keyed at the wrong question
    showable(value) {
      return value === 'pair' || addressFromNumbers(value) !== undefined;
    },
    read(keys) {
      const twelve = /^[0-9]{12}$/.test(keys) ? fourNumbers(keys) : undefined;
      if (twelve) return { kind: 'complete', value: twelve, swallow: '#' };
      if (canPair && keys === '0#') return { kind: 'complete', value: 'pair' };
      if (canPair && keys === '0') return { kind: 'incomplete', soFar: 'pair' };
      return entry(keys, fourNumbers);
    },
  };
}

/** Yes, from the beginning, or one number (1 to 4) to be replaced. */
export type Confirmation = 'open' | 'again' | { readonly replace: 1 | 2 | 3 | 4 };

export function readBackQuestion(address: Address): Question<Confirmation> {
  return {
    name: 'read-back',
    secret: false,
    prompt: { name: 'read-back', address },
    noMatch: 'confirm-no-match',
    read(keys) {
      if (keys === '3') return { kind: 'incomplete' };
      const position = /^3([1-4])$/.exec(keys)?.[1];
      if (position !== undefined) {
        const replace = Number(position) as 1 | 2 | 3 | 4;
        return { kind: 'complete', value: { replace }, swallow: '#' };
      }
      return choice<Confirmation>(keys, { '1': 'open', '2': 'again', '#': 'again' });
    },
  };
}

/** The number that takes the place of another; three digits need no `#`. */
export function replaceNumberQuestion(position: number, number: number): Question<number> {
  const parse = (entered: string): number | undefined =>
    /^[0-9]{1,3}$/.test(entered) ? Number(entered) : undefined;
  return {
    name: 'replace-number',
    secret: false,
    prompt: { name: 'replace-number', position, number },
    noMatch: 'number-no-match',
    endsWithHash: true,
    read(keys) {
      const whole = keys.length === 3 ? parse(keys) : undefined;
      if (whole !== undefined) return { kind: 'complete', value: whole, swallow: '#' };
      return entry(keys, parse);
    },
  };
}

export const pairedQuestion = (address: Address): Question<'open' | 'not'> => ({
  name: 'paired',
  secret: false,
  prompt: { name: 'paired', address },
  noMatch: 'confirm-no-match',
  unforeseen: true,
  read: (keys) => choice(keys, { '1': 'open', '2': 'not' }),
});

/** Waits for somebody to show up; a star ends it. */
export const pairingQuestion = (prompt: Prompt): Question<'stop'> => ({
  name: 'pairing',
  secret: false,
  prompt,
  noMatch: 'pair-waiting',
  noInput: 'pair-waiting',
  patience: 15,
  mostAskings: 8,
  read: (keys) => choice(keys, { '*': 'stop' }),
});

export const closeOldestQuestion = (address: Address): Question<'close' | 'leave'> => ({
  name: 'close-oldest',
  secret: false,
  prompt: { name: 'close-oldest', address },
  noMatch: 'confirm-no-match',
  unforeseen: true,
  read: (keys) => choice(keys, { '1': 'close', '2': 'leave' }),
});

const menuChoices = {
  '1': 'hear-again',
  '2': 'extend',
  '3': 'list',
  '4': 'close',
  '5': 'another',
  '6': 'server-address',
  '9': 'goodbye',
} as const;

export type MenuChoice = (typeof menuChoices)[keyof typeof menuChoices];

export const menuQuestion: Question<MenuChoice> = {
  name: 'menu',
  secret: false,
  prompt: { name: 'menu' },
  noMatch: 'confirm-no-match',
  // whoever waits for their connection to arrive is not to be hurried
  patience: 15,
  read: (keys) => choice<MenuChoice>(keys, menuChoices),
};

export type ClosingChoice = 'this' | 'next' | 'all' | 'none';

export const closeWhichQuestion = (
  address: Address,
  seconds: Seconds,
): Question<ClosingChoice> => ({
  name: 'close-which',
  secret: false,
  prompt: { name: 'close-which', address, seconds },
  noMatch: 'confirm-no-match',
  read: (keys) =>
    choice<ClosingChoice>(keys, { '1': 'this', '2': 'next', '0': 'all', '*': 'none' }),
});
