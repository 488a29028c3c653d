import type { Seconds, Timer } from '../domain/time.ts';
import type { Digit, Line } from './line.ts';

/** The keys of one call, in the order in which they came, until somebody takes them. */
export interface Keypad {
  /** Whether keys are waiting to be taken. */
  readonly waiting: boolean;
  /** The next key is this one: then it is taken and true. */
  takeIf(digit: Digit): boolean;
  /** Takes the next key; `undefined` when none is there. */
  take(): Digit | undefined;
  /** Until a key is there, `wake` is called, the time is up, or the call has ended. */
  wait(seconds: Seconds): Promise<void>;
  /** Ends a `wait` early. */
  wake(): void;
  /** Forgets this digit if it is the very next key, waiting or yet to come. */
  ignoreNext(digit: Digit): void;
  /** Forgets all that is waiting. */
  drop(): void;
  /**
   * Forgets all that is waiting, and what comes before there was no key for so long: keys of
   * one row, dialled by a telephone, fall together. What is to be ignored stays to be ignored.
   */
  dropUntilQuiet(seconds: Seconds): void;
  /** Each key counts again. */
  listen(): void;
}

/** Listens from the moment it is made; `pressed` is called at each key that counts. */
export function createKeypad(line: Line, timer: Timer, pressed: () => void): Keypad {
  const keys: Digit[] = [];
  let ignored: Digit | undefined;
  let wake: (() => void) | undefined;
  let quiet: { readonly restart: () => void; readonly cancel: () => void } | undefined;

  line.onDigit((digit) => {
    const habit = digit === ignored;
    ignored = undefined;
    if (quiet) return quiet.restart();
    if (habit) return;
    keys.push(digit);
    wake?.();
    pressed();
  });

  function listen(): void {
    quiet?.cancel();
    quiet = undefined;
  }

  function dropUntilQuiet(seconds: Seconds): void {
    keys.length = 0;
    quiet?.cancel();
    const alarm = timer(seconds, listen);
    quiet = { restart: () => dropUntilQuiet(seconds), cancel: () => alarm.cancel() };
  }

  return {
    get waiting() {
      return keys.length > 0;
    },
    takeIf(digit) {
      if (keys[0] !== digit) return false;
      keys.shift();
      return true;
    },
    take: () => keys.shift(),
    async wait(seconds) {
      if (keys.length > 0 || line.ended.aborted) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          alarm.cancel();
          line.ended.removeEventListener('abort', done);
          wake = undefined;
          resolve();
        };
        const alarm = timer(seconds, done);
        line.ended.addEventListener('abort', done, { once: true });
        wake = done;
      });
    },
    wake: () => wake?.(),
    ignoreNext(digit) {
      if (keys[0] === digit) keys.shift();
      else if (keys.length === 0) ignored = digit;
    },
    drop() {
      keys.length = 0;
      ignored = undefined;
    },
    dropUntilQuiet,
    listen,
  };
}
