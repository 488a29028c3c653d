import type { Seconds } from './time.ts';

/** An administrator's own connection: where it comes from, and the port here. */
export interface AdminConnection {
  readonly address: string;
  readonly port: number;
}

export interface GuardStatus {
  readonly armed: 'on' | 'off' | 'trial';
  /** Of the trial. */
  readonly secondsLeft: Seconds | null;
  /** Whether a trial was ever confirmed on this host. */
  readonly confirmed: boolean;
  /** Why the guard is left alone, if it is. */
  readonly halted: 'contested' | 'restored' | null;
  /** What is wrong or worth knowing, and what to do. */
  readonly findings: readonly string[];
}

export interface GuardPlan {
  /** Plain words, line by line. */
  readonly summary: readonly string[];
  readonly ruleset: string;
}

export interface EnableRequest {
  /** After this it disarms by itself unless it is confirmed; null for no trial. */
  readonly test: Seconds | null;
  /** Though connections are cut. */
  readonly force: boolean;
  /** Though it was never confirmed on this host. */
  readonly unproven: boolean;
  readonly connection: AdminConnection | null;
}

export interface RestoreReport {
  /** Whether it was done, or is only told. */
  readonly applied: boolean;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Line by line: `-` goes, `+` comes back. */
  readonly difference: readonly string[];
}
