import type { CardWords } from './card-words.ts';

/** A piece of a step: words, or a key to press. */
export interface Piece {
  readonly text: string;
  readonly key: boolean;
}

/** What of a user and the house decides about the steps. */
export interface Journey {
  /** The QR code keys it, or it is keyed all the same where there is no camera. */
  readonly secondFactor: 'none' | 'totp' | 'sheet';
  readonly pairing: boolean;
}

/** In the order of the call (docs/calling.md). */
export const fullSteps = (words: CardWords, { secondFactor, pairing }: Journey): Piece[][] =>
  [
    words.knockCode,
    words.pin,
    ...(secondFactor === 'none' ? [] : [words.oneTimeCode]),
    pairing ? words.addressOrPair : words.address,
    words.open,
  ].map(pieces);

/** The same for a card that is as large as a bank's. */
export const shortSteps = (words: CardWords, { secondFactor }: Journey): Piece[][] =>
  [
    words.shortCode,
    words.shortPin,
    ...(secondFactor === 'none' ? [] : [words.shortOneTime]),
    words.shortAddress,
    words.shortOpen,
  ].map(pieces);

/** `{#}` is a key; all else is words. */
export function pieces(sentence: string): Piece[] {
  return sentence
    .split(/(\{[0-9*#]\})/)
    .filter((text) => text !== '')
    .map((text) =>
      /^\{.\}$/.test(text) ? { text: text.slice(1, -1), key: true } : { text, key: false },
    );
}
