/**
 * The ports: what the rules need from the outside. Promises throughout, so that
 * another store can stand behind them; rejections are always AccessError.
 *
 * Nothing changes without a trace: every method that changes something takes the
 * audit entry that belongs to it and writes both in one transaction. Where the
 * entry concerns a row just made, the store fills in its id.
 */
import type { Address, Family } from './address.ts';
import type { AuditLog } from './audit-ports.ts';
import type { AuditEntry, CallOutcome, CallRecord, NewCallRecord } from './attempt.ts';
import type { EntryStore } from './entry-ports.ts';
import type { Grant, GrantEnd, NewGrant } from './grant.ts';
import type {
  AdminConnection,
  EnableRequest,
  GuardPlan,
  GuardStatus,
  RestoreReport,
} from './guard.ts';
import type { Failures } from './lockout.ts';
import type { NamePage, Page } from './pages.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Instant, Seconds } from './time.ts';
import type { Token } from './token.ts';
import type { NewUser, User, UserSecrets, UserSettings } from './user.ts';

export type * from './audit.ts';
export type * from './audit-ports.ts';
export type * from './entry-ports.ts';
export type * from './firewall.ts';
export type * from './notice.ts';
export type * from './notice-ports.ts';
export type * from './pages.ts';

/** Users who have been removed are in none of this, save that their names stay taken. */
export interface UserStore {
  /** @throws AccessError `conflict` when the name or the knock code is taken. */
  add(user: NewUser, secrets: Omit<UserSecrets, 'totp'>, entry: AuditEntry): Promise<User>;
  byId(id: number): Promise<User | undefined>;
  byName(name: string): Promise<User | undefined>;
  byKnockCode(lookup: string): Promise<{ user: User; secrets: UserSecrets } | undefined>;
  secretsOf(id: number): Promise<UserSecrets | undefined>;
  /** By name. */
  list(): Promise<User[]>;
  page(page: NamePage): Promise<User[]>;
  /** Of the enabled users: how many there are, and how many of them have a second factor. */
  countEnabled(): Promise<{ readonly all: number; readonly withSecondFactor: number }>;
  /** Whether it is on any enabled user's list. */
  hasNumber(number: PhoneNumber): Promise<boolean>;
  /** @throws AccessError `not-found`. */
  change(id: number, changes: Partial<UserSettings>, entry: AuditEntry): Promise<User>;
  /** What they identified with goes; their grants and their name stay on record. @throws AccessError `not-found`. */
  remove(id: number, at: Instant, entry: AuditEntry): Promise<void>;
  /** @throws AccessError `not-found`. */
  setPin(id: number, pinHash: string, entry: AuditEntry): Promise<void>;
  /** @throws AccessError `not-found`, or `conflict` when the knock code is another's. */
  setKnockCode(id: number, lookup: string, entry: AuditEntry): Promise<void>;
  /** Replaces whatever second factor there was. @throws AccessError `not-found`. */
  setSecondFactor(id: number, factor: NewSecondFactor, entry: AuditEntry): Promise<User>;
  /**
   * Uses up a time-based code's step: true once for each step, and only for steps later
   * than any used before. The entry is written only then.
   */
  useTotpStep(id: number, step: number, entry: AuditEntry): Promise<boolean>;
  /** Uses up a code of the sheet: true once for each. The entry is written only then. */
  useSheetCode(id: number, lookup: string, entry: AuditEntry): Promise<boolean>;
}

export type NewSecondFactor =
  | { readonly kind: 'none' }
  /** The secret, encrypted. */
  | { readonly kind: 'totp'; readonly sealed: string }
  /** Keyed hashes of the codes. */
  | { readonly kind: 'sheet'; readonly lookups: readonly string[] };

/** A grant that ends because a new one takes its place. */
export interface Renewal {
  readonly id: number;
  readonly entry: AuditEntry;
}

export interface GrantFilter extends Page {
  /** Those alone that have not ended on record. */
  readonly unended?: boolean | undefined;
  readonly userId?: number | undefined;
  readonly address?: Address | undefined;
}

export interface GrantStore {
  /** Those that the new grant renews end with it, in the same transaction; one that has ended already is left alone. */
  add(grant: NewGrant, entry: AuditEntry, renews?: readonly Renewal[]): Promise<Grant>;
  byId(id: number): Promise<Grant | undefined>;
  /** Not ended on record; whether time has passed them by is domain/grant's `isActive` to say. */
  unended(): Promise<Grant[]>;
  unendedAt(address: Address): Promise<Grant[]>;
  unendedOf(userId: number): Promise<Grant[]>;
  /** Not ended on record, and no packet was seen yet. */
  unused(): Promise<Grant[]>;
  /** Notes the first packet: true once for each grant, and only before its end. The entry is written only then. */
  use(id: number, at: Instant, entry: AuditEntry): Promise<boolean>;
  /** @throws AccessError `not-found`, or `conflict` when it has ended already. */
  end(id: number, at: Instant, end: GrantEnd, entry: AuditEntry): Promise<void>;
  list(filter: GrantFilter): Promise<Grant[]>;
}

export interface CallFilter extends Page {
  readonly userId?: number | undefined;
  readonly callerNumber?: string | undefined;
  /** Those alone that have not ended. */
  readonly inProgress?: boolean | undefined;
}

export interface CallStore {
  begin(call: NewCallRecord, entry: AuditEntry): Promise<CallRecord>;
  /** Ends a call once; a second end changes nothing. */
  end(
    id: number,
    at: Instant,
    outcome: CallOutcome,
    userId: number | null,
    entry: AuditEntry,
  ): Promise<void>;
  /**
   * Whether this user was recognised in a call that came with one of these numbers, began at
   * or after `since`, and after the user's PIN and knock code were last set.
   */
  recognisedFrom(
    userId: number,
    callerNumbers: readonly string[],
    since: Instant,
  ): Promise<boolean>;
  /** Calls without an end, such as those that a crash left. */
  unended(): Promise<CallRecord[]>;
  byId(id: number): Promise<CallRecord | undefined>;
  list(filter: CallFilter): Promise<CallRecord[]>;
}

/**
 * What may be locked: a caller number (or `withheld`), a user for the callers that
 * are not known to be theirs, or a user for one caller number alone.
 */
export type LockoutSubject =
  `caller:${string}` | `user:${number}` | `user:${number}/caller:${string}`;

export interface FailuresOf {
  readonly subject: LockoutSubject;
  readonly failures: Failures;
}

/** The latest first; at the same time, by subject. */
export interface LockoutPage {
  /** Those that come after this one. */
  readonly after?: { readonly lastAt: Instant; readonly subject: string } | undefined;
  /** 1 to 1000. */
  readonly limit: number;
}

export interface LockoutStore {
  failuresOf(subject: LockoutSubject): Promise<Failures>;
  /** All with failures that are not forgotten, the latest first. */
  list(): Promise<FailuresOf[]>;
  page(page: LockoutPage): Promise<FailuresOf[]>;
  /** Forgets failures from before an instant; returns how many subjects had no other. */
  forgetBefore(at: Instant): Promise<number>;
  /** Writes all of them, with the entries that explain them, in one transaction. */
  record(
    changes: readonly { readonly subject: LockoutSubject; readonly failures: Failures }[],
    entries: readonly AuditEntry[],
  ): Promise<void>;
}

export interface TokenStore {
  /** @throws AccessError `conflict` when the name is taken. */
  add(token: Omit<Token, 'id' | 'revokedAt'>, hash: string, entry: AuditEntry): Promise<Token>;
  /** The token with this hash, also one whose time is over; revoked ones are not found. */
  byHash(hash: string): Promise<Token | undefined>;
  list(): Promise<Token[]>;
  page(page: NamePage): Promise<Token[]>;
  byName(name: string): Promise<Token | undefined>;
  /** @throws AccessError `not-found`, or `conflict` when revoked already. */
  revoke(id: number, at: Instant, entry: AuditEntry): Promise<void>;
}

/** What was asked under a key, so that it is done once however often it is asked. */
export interface KeptAnswer {
  /** Keyed hash of what was asked. */
  readonly request: string;
  readonly beganAt: Instant;
  /** Sealed; null until it is known. */
  readonly answer: string | null;
}

export interface AnswerStore {
  /** Takes the key, unless it is taken: then it is told by what. */
  take(
    lookup: string,
    owner: string,
    request: string,
    at: Instant,
  ): Promise<KeptAnswer | undefined>;
  keep(lookup: string, answer: string): Promise<void>;
  /** The key is free again. */
  release(lookup: string): Promise<void>;
  countOf(owner: string): Promise<number>;
  /** At most a thousand of them at a time. */
  forgetBefore(at: Instant): Promise<number>;
}

export interface StoreSize {
  readonly bytes: number;
  /** Of those, what is free for new rows. */
  readonly freeBytes: number;
}

export interface Stores {
  readonly users: UserStore;
  readonly grants: GrantStore;
  readonly calls: CallStore;
  readonly audit: AuditLog;
  readonly lockouts: LockoutStore;
  readonly tokens: TokenStore;
  readonly entries: EntryStore;
  readonly answers: AnswerStore;
}

/** What names mean: DNS. Nothing here rejects, and all of it ends within the adapter's own time limit. */
export interface Names {
  /** Looks up IPv4 and IPv6 side by side. */
  resolve(name: string): Promise<NameAnswer>;
  /** The names that an address is said to have; empty where it has none or nobody answers. */
  namesOf(address: Address): Promise<readonly string[]>;
}

export interface NameAnswer {
  readonly addresses: readonly Address[];
  /** The shortest for which any of them may be kept. */
  readonly ttl: Seconds;
  /** The families of which nothing could be learnt; both, where the name does not exist or has no address. */
  readonly failures: readonly { readonly family: Family; readonly reason: string }[];
}

/**
 * Whether strangers are turned away at all, which is root's alone to say. Rejections
 * are `forbidden`, `firewall-unavailable` (nobody answers, or in time: look at the
 * status) or `firewall-refused`.
 */
export interface GuardControl {
  status(): Promise<GuardStatus>;
  /** What arming means: in words, and as rules. */
  plan(connection: AdminConnection | null): Promise<GuardPlan>;
  enable(request: EnableRequest): Promise<GuardStatus>;
  /** Makes a trial last. */
  confirm(): Promise<GuardStatus>;
  disable(): Promise<GuardStatus>;
  /** Takes the guard away and brings back the ruleset from before it; without `apply` it is only told. */
  restore(apply: boolean): Promise<RestoreReport>;
  /** Keeps the guard again after somebody has fought it. */
  resume(): Promise<GuardStatus>;
}
