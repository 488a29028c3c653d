/**
 * The ports: what the rules need from the outside. Promises throughout, so that
 * another store can stand behind them; rejections are always AccessError.
 *
 * Nothing changes without a trace: every method that changes something takes the
 * audit entry that belongs to it and writes both in one transaction. Where the
 * entry concerns a row just made, the store fills in its id.
 */
import type { Address } from './address.ts';
import type {
  AuditEntry,
  AuditKind,
  AuditRow,
  CallOutcome,
  CallRecord,
  NewCallRecord,
} from './attempt.ts';
import type { Grant, GrantEnd, NewGrant, Opening } from './grant.ts';
import type { Failures } from './lockout.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Instant, Seconds } from './time.ts';
import type { Role, Token } from './token.ts';
import type { NewUser, User, UserSecrets, UserSettings } from './user.ts';

export interface Page {
  /** Rows with a smaller id (or seq) than this, newest first. */
  readonly before?: number | undefined;
  /** 1 to 1000. */
  readonly limit: number;
}

export interface UserStore {
  /** @throws AccessError `conflict` when the name or the knock code is taken. */
  add(user: NewUser, secrets: Omit<UserSecrets, 'totp'>, entry: AuditEntry): Promise<User>;
  byId(id: number): Promise<User | undefined>;
  byName(name: string): Promise<User | undefined>;
  byKnockCode(lookup: string): Promise<{ user: User; secrets: UserSecrets } | undefined>;
  secretsOf(id: number): Promise<UserSecrets | undefined>;
  /** By name. */
  list(): Promise<User[]>;
  /** Of the enabled users: how many there are, and how many of them have a second factor. */
  countEnabled(): Promise<{ readonly all: number; readonly withSecondFactor: number }>;
  /** Whether it is on any enabled user's list. */
  hasNumber(number: PhoneNumber): Promise<boolean>;
  /** @throws AccessError `not-found`. */
  change(id: number, changes: Partial<UserSettings>, entry: AuditEntry): Promise<User>;
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

export interface GrantStore {
  /** Those that the new grant renews end with it, in the same transaction; one that has ended already is left alone. */
  add(grant: NewGrant, entry: AuditEntry, renews?: readonly Renewal[]): Promise<Grant>;
  byId(id: number): Promise<Grant | undefined>;
  /** Not ended on record; whether time has passed them by is domain/grant's `isActive` to say. */
  unended(): Promise<Grant[]>;
  unendedAt(address: Address): Promise<Grant[]>;
  unendedOf(userId: number): Promise<Grant[]>;
  /** @throws AccessError `not-found`, or `conflict` when it has ended already. */
  end(id: number, at: Instant, end: GrantEnd, entry: AuditEntry): Promise<void>;
  list(page: Page): Promise<Grant[]>;
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
   * Whether this user was recognised in a call from this number that began at or after
   * `since`, and after the user's PIN and knock code were last set.
   */
  recognisedFrom(userId: number, callerNumber: string, since: Instant): Promise<boolean>;
  /** Calls without an end, such as those that a crash left. */
  unended(): Promise<CallRecord[]>;
  list(page: Page): Promise<CallRecord[]>;
}

export interface AuditFilter extends Page {
  readonly kind?: AuditKind | undefined;
  readonly userId?: number | undefined;
  readonly address?: Address | undefined;
  readonly callId?: number | undefined;
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<AuditRow>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<AuditRow[]>;
}

/**
 * What may be locked: a caller number (or `withheld`), a user for the callers that
 * are not known to be theirs, or a user for one caller number alone.
 */
export type LockoutSubject =
  `caller:${string}` | `user:${number}` | `user:${number}/caller:${string}`;

export interface LockoutStore {
  failuresOf(subject: LockoutSubject): Promise<Failures>;
  /** All with failures that are not forgotten, the latest first. */
  list(): Promise<{ readonly subject: LockoutSubject; readonly failures: Failures }[]>;
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
  add(
    token: { name: string; role: Role; createdAt: Instant },
    hash: string,
    entry: AuditEntry,
  ): Promise<Token>;
  /** The live token with this hash; revoked ones are not found. */
  byHash(hash: string): Promise<Token | undefined>;
  list(): Promise<Token[]>;
  /** @throws AccessError `not-found`, or `conflict` when revoked already. */
  revoke(id: number, at: Instant, entry: AuditEntry): Promise<void>;
}

export interface Stores {
  readonly users: UserStore;
  readonly grants: GrantStore;
  readonly calls: CallStore;
  readonly audit: AuditLog;
  readonly lockouts: LockoutStore;
  readonly tokens: TokenStore;
}

export interface OpenAddress {
  readonly address: Address;
  readonly services: readonly {
    readonly service: string;
    /** Left in the kernel. */
    readonly seconds: Seconds;
    /** Packets let in since this was last opened or renewed: the proof of arrival. */
    readonly packets: number;
  }[];
}

export interface SyncReport {
  /** Addresses that were missing, too short, too long or lacked a service, and are right now. */
  readonly opened: readonly Address[];
  /** Addresses that nobody had asked for, and are gone now. */
  readonly closed: readonly Address[];
  /** Addresses that could not be opened; the others were. */
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
}

export interface FirewallLimits {
  readonly services: readonly string[];
  readonly longest: Seconds;
  readonly mostAddresses: number;
  /** Whether a /64 may be opened. */
  readonly networks: boolean;
}

/** An address that has tried a recorded port. */
export interface Sighting {
  readonly address: Address;
  /** Which of the recording's ports it has tried. */
  readonly ports: readonly number[];
  /** Of the port that it has tried least. */
  readonly packets: number;
  /** It has tried other ports too, as one does who looks for whatever there is. */
  readonly sweeper: boolean;
}

/** What a recording has noted. */
export interface Seen {
  readonly sightings: readonly Sighting[];
  /**
   * From how many networks (/24 of IPv4, /48 of IPv6) other ports were tried: more than
   * one, and somebody may be sweeping from many addresses, each of which looks innocent.
   */
  readonly strayNetworks: number;
}

/** A window in which the guard notes who comes; the kernel ends it by itself. */
export interface Recording {
  readonly ports: readonly number[];
  /** So far; at most a bounded number, whatever comes. */
  seen(): Promise<Seen>;
  /** Ends it early. Never rejects. */
  stop(): Promise<void>;
}

/**
 * The gate. A promise that resolves means that the kernel has confirmed;
 * rejections are `firewall-unavailable` (nobody knows: treat as not opened) or
 * `firewall-refused` (nothing was changed).
 */
export interface Firewall {
  /** Lets the address in to exactly these services for exactly these times, whatever it had before. */
  open(opening: Opening): Promise<void>;
  /** Turns the address away, established connections too. Closing what is not open is no error. */
  close(address: Address): Promise<void>;
  list(): Promise<OpenAddress[]>;
  /** Makes the gate match, touching only what differs. */
  sync(openings: readonly Opening[]): Promise<SyncReport>;
  limits(): Promise<FirewallLimits>;
  /** Packets let in from the address since it was last opened; 0 when it is not open. */
  packetsFrom(address: Address): Promise<number>;
  /**
   * Records, for a while and on these ports alone, who tries to reach us; what comes
   * is turned away all the same. `'any'` has the helper choose one port by chance.
   */
  record(ports: readonly number[] | 'any', seconds: Seconds): Promise<Recording>;
  /** Called when the gate may have lost its elements (rebuilt guard, restarted helper). */
  onDisturbed(listener: () => void): void;
}
