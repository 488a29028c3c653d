import type { Address } from './address.ts';
import type { AuditEntry } from './attempt.ts';
import type { Entry, EntrySettings, NewEntry, Resolution, Target } from './entry.ts';
import type { Page } from './pages.ts';
import type { Instant } from './time.ts';

/** The standing entries. What names mean is kept with them. */
export interface EntryStore {
  /** @throws AccessError `conflict` when the label is taken. */
  add(entry: NewEntry, audit: AuditEntry): Promise<Entry>;
  /** All in one transaction, as long as there are fewer than `most`; what became of each, in order. */
  addAll(wanted: readonly WantedEntry[], most: number): Promise<AddedEntry[]>;
  byLabel(label: string): Promise<Entry | undefined>;
  /** Newest first. */
  list(page: EntryPage): Promise<Entry[]>;
  /** Oldest first; those of one kind alone, if one is named. */
  all(kind?: Target['kind']): Promise<Entry[]>;
  count(): Promise<number>;
  /** How many of them have a name that is not answered. */
  failing(): Promise<number>;
  /** @throws AccessError `not-found`. */
  change(id: number, changes: Partial<EntrySettings>, audit: AuditEntry): Promise<Entry>;
  /** What its name meant goes with it. @throws AccessError `not-found`. */
  remove(id: number, audit: AuditEntry): Promise<void>;
  /** What its name means; `unresolved` where that has never been put on record. */
  resolutionOf(id: number): Promise<Resolution>;
  /** Without an audit entry where nothing has changed but times. @throws AccessError `not-found`. */
  resolved(id: number, resolution: Resolution, audit: AuditEntry | undefined): Promise<void>;
  /** What is let in at a time: hosts, networks, and what names mean; in few lists, however many there are. */
  targetsAt(now: Instant): Promise<Targets[]>;
  /** Oldest first: those with one of these targets, and names that mean the address now. */
  covering(targets: readonly string[], address: Address): Promise<Entry[]>;
  /** Those whose time is over, at most so many. */
  over(now: Instant, limit: number): Promise<Entry[]>;
  /** When the next of them ends after this; null when none does. */
  nextEnd(now: Instant): Promise<Instant | null>;
  /** Becomes another whenever an entry, or the addresses of a name, become others. */
  revision(): Promise<number>;
}

/** Those alone that fit. */
export interface EntryPage extends Page {
  /** Part of a label, a target, a note, or of an address that a name means; capitals (A to Z) do not count. */
  readonly find?: string | undefined;
  /** Only names that are not answered. */
  readonly failing?: boolean | undefined;
}

export interface WantedEntry {
  readonly entry: NewEntry;
  readonly audit: AuditEntry;
}

/** `taken`: the label is another's, which is left as it is; it may be one from further up the same list. */
export type AddedEntry =
  { readonly kind: 'added' | 'taken'; readonly entry: Entry } | { readonly kind: 'full' };

/** What is let in to the same services until the same time; a target may be in several of them. */
export interface Targets {
  readonly targets: readonly string[];
  /** Empty means the site's default. */
  readonly services: readonly string[];
  readonly until: Instant | null;
  /** What names mean, rather than hosts and networks that a person has named. */
  readonly byName: boolean;
}
