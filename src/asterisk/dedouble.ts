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
 * Whether `key` is the echo of `last`, the last key that was none. When keys
 * follow each other within about 45 ms, Asterisk 22 reports them twice: as they
 * are, and once more by way of its own emulation, which keeps 45 ms between keys
 * (AST_MIN_DTMF_GAP in main/channel.c) and so falls behind by as much as the gaps
 * are short. The echo cannot be a key of its own: it would have to have been
 * pressed (`at` − `duration`) before the last one was let go, and a telephone has
 * but one key down at a time.
 *
 * Holds until the emulation is a whole key behind: for gaps of 45 ms and more for
 * ever, for 80 ms keys with gaps of 40 ms for some fifteen in a row. A clock that
 * is set back between the two is not taken for an echo.
 */
export function isEcho(last: KeyEnd | undefined, key: KeyEnd): boolean {
  if (last === undefined || last.digit !== key.digit) return false;
  const since = key.at - last.at;
  return since >= 0 && since < key.duration;
}
