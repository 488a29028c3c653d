import type { KeyTiming } from '../../lab/asterisk/rtp-packets.ts';

/** One call: waits, then keys, step by step. */
export interface PlannedCall {
  readonly id: number;
  readonly callerNumber: string;
  /** The address that this call, and no other, is to open. */
  readonly address: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly waitMs: number;
  readonly keys: string;
}

/** What the telephones do: so many lines, each with one call after the other. */
export interface Plan {
  readonly to: { readonly address: string; readonly port: number };
  /** The address phoned from. */
  readonly from: string;
  readonly extension: string;
  readonly lines: readonly (readonly PlannedCall[])[];
  /** The lines begin one after the other, this many ms apart. */
  readonly apartMs: number;
  /** A line's calls begin at least this far apart; absent: each when the one before is over. */
  readonly everyMs?: number;
  readonly timing: KeyTiming;
  /** How long a caller listens after the gate is open, before hanging up. */
  readonly stayMs: number;
  /** Hung up when the gate is not open this long after the last key. */
  readonly patienceMs: number;
}

/** What is told to the telephones: the plan at first, then of each call whose gate is open. */
export type Order = { readonly plan: Plan } | { readonly opened: number };

/** What the telephones tell; `at` is in ms since the epoch. */
export type Report =
  | { readonly call: number; readonly what: 'began'; readonly at: number }
  | {
      readonly call: number;
      readonly what: 'answered';
      readonly at: number;
      readonly tookMs: number;
    }
  | {
      readonly call: number;
      readonly what: 'not-answered';
      readonly status: number;
      readonly tookMs: number;
    }
  /** The last key has ended. */
  | { readonly call: number; readonly what: 'keyed'; readonly at: number }
  | {
      readonly call: number;
      readonly what: 'ended';
      readonly at: number;
      readonly by: 'us' | 'them';
    }
  | { readonly what: 'done' };
