import type { WireOpened } from '../firewall/wire.ts';
import { memory, openSet, visitedSet } from './ruleset.ts';

/** An element with the time it shall have, in seconds. */
export interface Timed {
  readonly address: string;
  readonly seconds: number;
}

/** What one transaction does to the sets. */
export interface Edit {
  /** By service. */
  readonly renew: ReadonlyMap<string, readonly Timed[]>;
  /** By service. */
  readonly remove: ReadonlyMap<string, readonly string[]>;
  /** Until when each renewed address is open at all, whichever service that is. */
  readonly visits: readonly Timed[];
}

/** One line for NftShell, thus one transaction. Addresses and services must have been checked. */
export function editLine(table: string, { renew, remove, visits }: Edit): string {
  const commands: string[] = [];
  // removals first: they free slots for what comes after them
  for (const [service, addresses] of remove) {
    // a delete of what is not there fails the whole transaction, so it is put there first
    const elements = addresses.map((address) => ({ address, seconds: 1 }));
    commands.push(...renewal(table, openSet(service), elements).slice(0, 2));
  }
  for (const [service, elements] of renew) {
    commands.push(...renewal(table, openSet(service), elements));
  }
  commands.push(...renewal(table, visitedSet, remembered(visits)));
  return commands.join('; ');
}

/**
 * The same for an address that should have no elements yet, in a third of the
 * words, which a traveller notices: create fails, and changes nothing, where
 * there is one after all.
 */
export function firstEditLine(table: string, { renew, visits }: Edit): string {
  const commands = [...renew].map(
    ([service, elements]) =>
      `create element inet ${table} ${openSet(service)} { ${timedList(elements)} }`,
  );
  return [...commands, ...renewal(table, visitedSet, remembered(visits))].join('; ');
}

const remembered = (visits: readonly Timed[]): Timed[] =>
  visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory }));

const timedList = (elements: readonly Timed[]): string =>
  elements.map(({ address, seconds }) => `${address} timeout ${timeText(seconds)}`).join(', ');

/**
 * Add, delete, add: a plain add of a live element leaves its timeout as it is on
 * older kernels. The first makes sure that there is something to delete. Between
 * them no packet sees the set: it is one transaction.
 */
function renewal(table: string, set: string, elements: readonly Timed[]): string[] {
  if (elements.length === 0) return [];
  const timed = timedList(elements);
  const bare = elements.map(({ address }) => address).join(', ');
  const on = `element inet ${table} ${set}`;
  return [`add ${on} { ${timed} }`, `delete ${on} { ${bare} }`, `add ${on} { ${timed} }`];
}

/** nft takes no number over eight digits, so not everything in milliseconds. Never longer than asked. */
function timeText(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${whole}s${Math.floor((seconds - whole) * 1000)}ms`;
}

export interface Listed {
  readonly address: string;
  /** Left in the kernel, rounded down; an element that somebody else made to last for ever has ten years. */
  readonly seconds: number;
  readonly packets: number;
}

const forEver = 10 * 31_536_000;

interface JsonElement {
  readonly val: string;
  readonly expires?: number;
  readonly counter?: { readonly packets: number };
}

interface JsonListing {
  readonly nftables: readonly {
    readonly set?: { readonly elem?: readonly (string | { readonly elem: JsonElement })[] };
  }[];
}

/** Reads what `nft -j list set` prints; see libnftables-json(5). */
export function parseSet(listing: string): Listed[] {
  const { nftables } = JSON.parse(listing) as JsonListing;
  const elements = nftables.flatMap(({ set }) => set?.elem ?? []);
  return elements.map((element) => {
    const { val, expires, counter }: JsonElement =
      typeof element === 'string' ? { val: element } : element.elem;
    return { address: val, seconds: expires ?? forEver, packets: counter?.packets ?? 0 };
  });
}

/** Puts the lists of the services' sets together, an entry for each address. */
export function openedOf(sets: ReadonlyMap<string, readonly Listed[]>): WireOpened[] {
  const byAddress = new Map<string, WireOpened['services'][number][]>();
  for (const [service, elements] of sets) {
    for (const { address, seconds, packets } of elements) {
      const services = byAddress.get(address) ?? [];
      byAddress.set(address, services);
      services.push({ service, seconds, packets });
    }
  }
  return [...byAddress].map(([address, services]) => ({ address, services }));
}
