import type { AccessError } from '../../domain/access-error.ts';
import type { AddressRules } from '../../domain/address-rules.ts';
import type { Entry, EntrySettings, Resolution } from '../../domain/entry.ts';

export interface EntryRules {
  /** What is let in to where an entry names no services. */
  readonly services: readonly string[];
  /** The most entries that there may be. */
  readonly most: number;
  /** Read at each use: the server's own address may be discovered later. */
  readonly addresses: () => AddressRules;
}

export interface NewEntryRequest extends Partial<WantedSettings> {
  readonly label: string;
  /** A host, a network in CIDR, or a name. */
  readonly target: string;
  /** `administrator` unless said otherwise. */
  readonly source?: string | undefined;
}

/** Settings as an administrator writes them: those that are left out stay as they are. */
export type WantedSettings = {
  readonly [Key in keyof EntrySettings]?: EntrySettings[Key] | undefined;
};

/** An entry with what is known of it. */
export interface SeenEntry extends Entry {
  /** What its name means; null for a host or a network. */
  readonly resolution: Resolution | null;
  /** Why the firewall does not take it, or some of its addresses; null as far as is known. */
  readonly refused: string | null;
}

/** What became of one of many. `present`: such an entry is there already. */
export type BatchOutcome =
  | { readonly kind: 'added' | 'present' }
  | { readonly kind: 'refused'; readonly error: AccessError };
