import { AccessError } from '../../domain/access-error.ts';
import type { Address } from '../../domain/address.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { EntryPage } from '../../domain/ports.ts';
import type { BatchOutcome, NewEntryRequest, SeenEntry, WantedSettings } from '../entries.ts';
import { pageOf, type PageOf } from '../paging.ts';
import { providerCatalogue, type ProviderCatalogue } from '../provider-catalogue.ts';
import type { AdministrationParts } from './parts.ts';

/** What an address is called. */
export interface NamedAddress {
  readonly address: Address;
  readonly names: readonly string[];
}

export interface EntryAdministration {
  /** The standing entries, newest first. */
  entries(page: EntryPage): Promise<PageOf<SeenEntry, number>>;
  entry(label: string): Promise<SeenEntry>;
  addEntry(request: NewEntryRequest, by: Actor): Promise<SeenEntry>;
  /** Many at once: what became of each, in order. */
  addEntries(requests: readonly NewEntryRequest[], by: Actor): Promise<BatchOutcome[]>;
  changeEntry(label: string, wanted: WantedSettings, by: Actor): Promise<SeenEntry>;
  removeEntry(label: string, by: Actor): Promise<SeenEntry>;
  /** What its addresses are called, asked of DNS now. @throws AccessError `invalid` of a network. */
  namesOfEntry(label: string): Promise<NamedAddress[]>;
  catalogue(): ProviderCatalogue;
}

export function entryAdministration({ entries, names }: AdministrationParts): EntryAdministration {
  return {
    entries: (wanted) =>
      pageOf(
        wanted,
        (page) => entries.list(page),
        ({ id }) => id,
      ),
    entry: (label) => entries.named(label),
    addEntry: (request, by) => entries.add(request, by),
    addEntries: (requests, by) => entries.addAll(requests, by),
    changeEntry: (label, wanted, by) => entries.change(label, wanted, by),
    removeEntry: (label, by) => entries.remove(label, by),
    async namesOfEntry(label) {
      const { target, resolution } = await entries.named(label);
      if (target.kind === 'network') {
        throw new AccessError(
          'invalid',
          `${label} is a network, and only addresses can be looked up.`,
        );
      }
      const addresses = target.kind === 'host' ? [target.address] : (resolution?.addresses ?? []);
      return Promise.all(
        addresses.map(async (address) => ({ address, names: await names.namesOf(address) })),
      );
    },
    catalogue: () => providerCatalogue,
  };
}
