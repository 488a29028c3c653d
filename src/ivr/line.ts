import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Seconds } from '../domain/time.ts';
import type { Attestation } from '../domain/user.ts';

export const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const;
export type Digit = (typeof digits)[number];

/** Audio files ready to be played, one straight after the other. */
export interface Sound {
  /** Absolute paths without extension, as Asterisk wants them; at least one. */
  readonly paths: readonly string[];
  /** Of all together. */
  readonly length: Seconds;
}

/** How a playback ended: to its end, stopped by us (or by hang-up), or not played at all. */
export type PlaybackEnd = 'played' | 'stopped' | 'failed';

export interface Playing {
  /** Always settles, never rejects: the line puts a time limit on every sound. */
  readonly finished: Promise<PlaybackEnd>;
  /** Stops the audio now; no error when it has ended. */
  stop(): void;
}

/** What the caller hears whose call is not taken: SIP 486 or 503, as a rule. */
export type RefusalTone = 'busy' | 'congestion';

/**
 * One telephone call as the exchange gives it: the narrow port that an adapter
 * implements. Asking questions, type-ahead and timers are made of it in ivr/call.
 */
export interface Line {
  /** The exchange's own id for the call, for logs. */
  readonly id: string;
  /** The caller's number; null when withheld or empty. */
  readonly callerNumber: string | null;
  readonly dialled: string;
  /** What the caller's carrier vouches for, where the dialplan passes it on. */
  readonly attestation: Attestation | null;
  /** Aborted when the caller has hung up, the exchange has gone, or we have hung up. */
  readonly ended: AbortSignal;
  /** Rejects with AccessError `internal` if the exchange does not answer in time. */
  answer(): Promise<void>;
  /** Ends a call that was not answered, with the tone that goes with the reason. Never rejects. */
  refuse(tone: RefusalTone): Promise<void>;
  play(sound: Sound): Playing;
  /**
   * The one listener for digits, each once and in order, however the telephone
   * sends them. Digits that came before it was set are delivered at once.
   */
  onDigit(listener: (digit: Digit) => void): void;
  /** Ends the call; settles in bounded time even when the exchange is gone. Never rejects. */
  hangUp(): Promise<void>;
}

/** Where calls come from. The exchange calls `take` once for each call and waits for it to end. */
export interface Exchange {
  /** Starts taking calls, and goes on for ever: reconnects by itself. */
  start(take: (line: Line) => Promise<void>): void;
  /**
   * Phones a number and resolves once it is answered, to a line like any other.
   * @throws AccessError `call-failed` when nobody answers in time, or it cannot be called.
   */
  dial(number: PhoneNumber): Promise<Line>;
  /** Whether calls can reach us now, and if not why. */
  health(): { readonly connected: boolean; readonly why?: string };
  /**
   * Takes no more calls, and lets go of the exchange. Those in progress may end by themselves for
   * so long (0 unless said otherwise); then they are hung up.
   */
  stop(grace?: Seconds): Promise<void>;
}
