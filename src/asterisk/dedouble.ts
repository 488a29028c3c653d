import type { Instant } from '../domain/time.ts';

/** A key as Asterisk reports it: once, when it is let go. */
export interface KeyEnd {
  readonly digit: string;
  /** When the key was let go, by Asterisk's clock. */
  readonly at: Instant;
  /** How long it was held, in ms. */
  readonly duration: number;
}

/**
 * Whether `key` is the echo of `last`. When keys follow each other within about
 * 45 ms, Asterisk 22 reports some of them twice, the second report a few ms after
 * the first. It cannot be a key of its own: it would have to have been pressed
 * (`at` − `duration`) before the last one was let go, and a telephone has but one
 * finger on the keypad. A clock set back between the two is not taken for an echo.
 */
export function isEcho(last: KeyEnd | undefined, key: KeyEnd): boolean {
  if (last === undefined || last.digit !== key.digit) return false;
  const since = key.at - last.at;
  return since >= 0 && since < key.duration;
}
