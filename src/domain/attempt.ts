import type { Address } from './address.ts';
import type { Instant } from './time.ts';

/** Who did something. */
export type Actor = `call:${number}` | `token:${string}` | `cli:${string}` | 'system';

export type AuditKind =
  | 'call-began'
  | 'call-ended'
  | 'attempt-accepted'
  | 'attempt-refused' // detail.reason: unknown-code, wrong-pin, disabled, user-locked, caller-locked
  | 'lockout-began'
  | 'address-refused'
  | 'gate-opened'
  | 'gate-failed' // the caller pressed 1 and nothing was opened
  | 'gate-renewed'
  | 'gate-closed'
  | 'gate-expired'
  | 'gate-healed' // the kernel differed from the database and was repaired
  | 'user-created'
  | 'user-disabled'
  | 'user-enabled'
  | 'pin-reset'
  | 'token-created'
  | 'token-revoked'
  | 'server-started'
  | 'server-stopped';

/** One line of the record. Never holds a knock code, a PIN or a token. */
export interface AuditEntry {
  readonly at: Instant;
  readonly actor: Actor;
  readonly kind: AuditKind;
  readonly userId?: number | undefined;
  readonly grantId?: number | undefined;
  readonly callId?: number | undefined;
  readonly address?: Address | undefined;
  readonly detail?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface AuditRow extends AuditEntry {
  /** Rises by one a row, never reused. */
  readonly seq: number;
}

/** How a telephone call ended, for the record. */
export type CallOutcome =
  | 'opened' // at least one address was opened
  | 'refused' // three tries, none right
  | 'abandoned' // the caller hung up, or said nothing
  | 'failed' // we could not do what was asked (firewall, speech, store)
  | 'interrupted'; // our process or Asterisk died during the call

export interface CallRecord {
  readonly id: number;
  /** As Asterisk presents it; null when withheld. */
  readonly callerNumber: string | null;
  readonly dialled: string;
  readonly beganAt: Instant;
  readonly endedAt: Instant | null;
  readonly outcome: CallOutcome | null;
  readonly userId: number | null;
}

export type NewCallRecord = Pick<CallRecord, 'callerNumber' | 'dialled' | 'beganAt'>;
