import type {
  NewSheetResult,
  NewTotpResult,
  NewUserResult,
  SeenGrant,
  SeenLockout,
  SeenService,
  Status,
} from '../access/administration.ts';
import type { AuditRow, CallRecord } from '../domain/attempt.ts';
import type { Grant } from '../domain/grant.ts';
import type { Instant } from '../domain/time.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';

/** What is answered: the same objects as the domain's, with times as ISO 8601 text in UTC. */
export type Timed<T, Keys extends keyof T> = Omit<T, Keys> & {
  readonly [Key in Keys]: null extends T[Key] ? string | null : string;
};

/** Without the revision, which only the calls under way have a use for. */
export type UserAnswer = Timed<Omit<User, 'revision'>, 'createdAt'>;
/** The secrets in these six are shown this once. */
export interface NewUserAnswer {
  readonly user: UserAnswer;
  readonly knockCode: string;
  readonly pin: string;
}
export interface NewPinAnswer {
  readonly user: UserAnswer;
  readonly pin: string;
}
export interface NewKnockCodeAnswer {
  readonly user: UserAnswer;
  readonly knockCode: string;
}
export interface NewTotpAnswer {
  readonly user: UserAnswer;
  readonly uri: string;
  readonly secret: string;
}
export interface NewSheetAnswer {
  readonly user: UserAnswer;
  readonly codes: readonly string[];
}
export interface NewTokenAnswer {
  readonly token: TokenAnswer;
  readonly secret: string;
}
export type GrantAnswer = Timed<SeenGrant, 'openedAt' | 'expiresAt' | 'endedAt'>;
export type LockoutAnswer = Timed<SeenLockout, 'lockedUntil'>;
export type ServiceAnswer = SeenService;
/** How many lockouts there were. */
export interface UnlockedAnswer {
  readonly ended: number;
}
/** What is null is not known: where no server runs, or the database cannot say. */
export interface StatusAnswer {
  /** Every part is well, and strangers are not refused. */
  readonly ok: boolean;
  readonly version: string;
  readonly parts: Status['health']['parts'];
  readonly calls: {
    readonly inProgress: number;
    /** Since the start, by reason. */
    readonly refused: Readonly<Record<string, number>>;
  } | null;
  /** `failures` since the start. */
  readonly brake: { readonly on: boolean; readonly failures: number } | null;
  readonly openAddresses: number | null;
  /** Standing entries, and those of them whose name is not answered. */
  readonly standing: { readonly entries: number; readonly failing: number } | null;
  /** What does not work as it should where the gate is. */
  readonly warnings: readonly string[];
}
export type CallAnswer = Timed<CallRecord, 'beganAt' | 'endedAt'>;
export type AuditAnswer = Timed<AuditRow, 'at'>;
export type TokenAnswer = Timed<Token, 'createdAt' | 'revokedAt'>;

export interface Items<T> {
  readonly items: readonly T[];
  /** Give it as `before` to go on; null at the end. */
  readonly next: number | null;
}

export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : iso(at));

// field by field: what the store may one day add to its rows must not leak out by itself

export const userAnswer = (user: User): UserAnswer => ({
  id: user.id,
  name: user.name,
  disabled: user.disabled,
  services: user.services,
  language: user.language,
  callerPolicy: user.callerPolicy,
  numbers: user.numbers,
  leastAttestation: user.leastAttestation,
  pairing: user.pairing,
  secondFactor: user.secondFactor,
  codesLeft: user.codesLeft,
  createdAt: iso(user.createdAt),
});

export const newUserAnswer = ({ user, knockCode, pin }: NewUserResult): NewUserAnswer => ({
  user: userAnswer(user),
  knockCode,
  pin,
});

export const newPinAnswer = ({ user, pin }: { user: User; pin: string }): NewPinAnswer => ({
  user: userAnswer(user),
  pin,
});

export const newKnockCodeAnswer = (made: {
  user: User;
  knockCode: string;
}): NewKnockCodeAnswer => ({
  user: userAnswer(made.user),
  knockCode: made.knockCode,
});

export const newTotpAnswer = ({ user, uri, secret }: NewTotpResult): NewTotpAnswer => ({
  user: userAnswer(user),
  uri,
  secret,
});

export const newSheetAnswer = ({ user, codes }: NewSheetResult): NewSheetAnswer => ({
  user: userAnswer(user),
  codes,
});

export const lockoutAnswer = (lockout: SeenLockout): LockoutAnswer => ({
  subject: lockout.subject,
  userName: lockout.userName,
  failures: lockout.failures,
  lockedUntil: isoOrNull(lockout.lockedUntil),
});

export const serviceAnswer = (service: SeenService): ServiceAnswer => ({
  name: service.name,
  ports: service.ports,
  about: service.about,
  usual: service.usual,
  users: service.users,
});

export const statusAnswer = ({
  health,
  admission,
  openAddresses,
  standing,
  warnings,
}: Status): StatusAnswer => ({
  ok: health.ok && admission?.braking !== true,
  version: health.version,
  parts: health.parts,
  calls: admission ? { inProgress: admission.inProgress, refused: admission.refused } : null,
  brake: admission ? { on: admission.braking, failures: admission.failures } : null,
  openAddresses: openAddresses ?? null,
  standing: standing ?? null,
  warnings,
});

export const grantAnswer = (grant: Grant & { packets?: number | null }): GrantAnswer => ({
  id: grant.id,
  userId: grant.userId,
  userName: grant.userName,
  address: grant.address,
  services: grant.services,
  openedAt: iso(grant.openedAt),
  expiresAt: iso(grant.expiresAt),
  callId: grant.callId,
  endedAt: isoOrNull(grant.endedAt),
  end: grant.end,
  packets: grant.packets ?? null,
});

export const callAnswer = (call: CallRecord): CallAnswer => ({
  id: call.id,
  callerNumber: call.callerNumber,
  dialled: call.dialled,
  attestation: call.attestation,
  callBackOf: call.callBackOf,
  beganAt: iso(call.beganAt),
  endedAt: isoOrNull(call.endedAt),
  outcome: call.outcome,
  userId: call.userId,
});

export const auditAnswer = (row: AuditRow): AuditAnswer => ({
  seq: row.seq,
  at: iso(row.at),
  actor: row.actor,
  kind: row.kind,
  userId: row.userId,
  grantId: row.grantId,
  callId: row.callId,
  address: row.address,
  detail: row.detail,
});

export const tokenAnswer = (token: Token): TokenAnswer => ({
  id: token.id,
  name: token.name,
  role: token.role,
  createdAt: iso(token.createdAt),
  revokedAt: isoOrNull(token.revokedAt),
});

export const newTokenAnswer = (made: { token: Token; secret: string }): NewTokenAnswer => ({
  token: tokenAnswer(made.token),
  secret: made.secret,
});
