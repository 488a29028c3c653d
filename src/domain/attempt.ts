import type { Address } from './address.ts';
import type { Instant } from './time.ts';
import type { Attestation } from './user.ts';

/** Who did something. */
export type Actor =
  | `call:${number}`
  | `token:${string}`
  | `cli:${string}`
  /** Whoever has the link that was sent with the message about this grant. */
  | `link:${number}`
  | 'system';

export const auditKinds = [
  'call-began',
  'call-ended',
  'calls-refused', // not answered: detail.reason and, summed up, detail.count
  'brake-began', // too many failures: strangers are refused for a while
  'brake-ended',
  'attempt-accepted',
  'attempt-refused', // detail.reason: see access/authenticate's Refusal
  'lockout-began',
  'lockout-ended', // by an administrator
  'knock-code-exposed', // so many wrong PINs behind one knock code that somebody must know it
  'code-used', // a one-time code, which is worth nothing from now on
  'call-back-began',
  'call-back-failed',
  'pairing-began',
  'pairing-ended',
  'address-refused',
  'gate-opened',
  'gate-failed', // the caller pressed 1 and nothing was opened
  'gate-renewed',
  'gate-closed',
  'gate-used', // the first packet came from an opened address
  'gate-expired',
  'gate-healed', // the kernel differed from the database and was repaired
  'user-created',
  'user-changed', // detail names what was changed, and to what
  'user-disabled',
  'user-enabled',
  'user-removed',
  'pin-reset',
  'knock-code-reset',
  'second-factor-set',
  'second-factor-removed',
  'token-created',
  'token-revoked',
  'signed-in', // to the page, by a token; detail.ends
  'signed-out', // detail.why
  'entry-added', // a standing entry; detail names its label and target
  'entry-changed',
  'entry-removed',
  'entry-expired',
  'name-changed', // an entry's name means other addresses now
  'name-failing', // it is not answered: its last addresses are kept for a while
  'name-recovered',
  'access-refused', // a request without a good token, or beyond its role; detail.reason and detail.count
  'audit-sealed', // rows of an older release were sealed as they were found; detail.through
  'audit-removed', // rows were removed for their age; detail says how many of which kinds
  'audit-exported',
  'audit-checkpoint-failed', // a checkpoint could not be put somewhere
  'audit-suspect', // the record does not fit its last checkpoint
  'database-restored', // a backup took the database's place; detail.through, detail.closed, detail.unfit
  'notification-failed', // nobody was told: given up; detail.receiver, detail.count, detail.why
  'notification-tested',
  'server-started',
  'server-stopped',
] as const;

export type AuditKind = (typeof auditKinds)[number];

/** What an administrator wants to know at once; `calls-refused` and `access-refused` are everyday noise. */
export const alarmKinds = [
  'brake-began',
  'lockout-began',
  'knock-code-exposed',
  'gate-failed',
  'call-back-failed',
  'name-failing',
  'audit-suspect',
  'audit-checkpoint-failed',
  'notification-failed',
] as const satisfies readonly AuditKind[];

/** One line of the record. Never holds a knock code, a PIN or a token. */
export interface AuditEntry {
  readonly at: Instant;
  readonly actor: Actor;
  readonly kind: AuditKind;
  readonly userId?: number | undefined;
  readonly grantId?: number | undefined;
  readonly callId?: number | undefined;
  readonly address?: Address | undefined;
  /** The telephone, in the one form of its number, or `withheld`; the store adds it to what belongs to a call. */
  readonly caller?: string | undefined;
  readonly detail?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface AuditRow extends AuditEntry {
  /** Rises by one a row, never reused. */
  readonly seq: number;
}

/** How a telephone call ended, for the record. */
export const callOutcomes = [
  'opened', // at least one address was opened, or left open for longer
  'called-back', // the caller was known, and we phoned them
  'refused', // three tries, none right
  'abandoned', // the caller hung up, or said nothing
  'failed', // we could not do what was asked (firewall, speech, store)
  'interrupted', // our process or Asterisk died during the call
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** Where somebody is in a call that goes on. */
export const callSteps = [
  'greeting', // not recognised yet
  'identified',
  'address', // has keyed one that was refused, or was not found by pairing
  'pairing',
  'open',
] as const;
export type CallStep = (typeof callSteps)[number];

export interface CallRecord {
  readonly id: number;
  /** As Asterisk presents it; null when withheld. */
  readonly callerNumber: string | null;
  readonly dialled: string;
  /** What the carrier vouches for; null when it says nothing, or nobody checked. */
  readonly attestation: Attestation | null;
  /** The call that this one answers, where we phoned the user back. */
  readonly callBackOf: number | null;
  readonly beganAt: Instant;
  readonly endedAt: Instant | null;
  readonly outcome: CallOutcome | null;
  readonly userId: number | null;
}

export type NewCallRecord = Pick<
  CallRecord,
  'callerNumber' | 'dialled' | 'attestation' | 'callBackOf' | 'beganAt'
>;
