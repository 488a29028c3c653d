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
  const remembered = visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory }));
  commands.push(...renewal(table, visitedSet, remembered));
  return commands.join('; ');
}

/**
 * Add, delete, add: a plain add of a live element leaves its timeout as it is on
 * older kernels. The first makes sure that there is something to delete. Between
 * them no packet sees the set: it is one transaction.
 */
function renewal(table: string, set: string, elements: readonly Timed[]): string[] {
  if (elements.length === 0) return [];
  const timed = elements
    .map(({ address, seconds }) => `${address} timeout ${Math.floor(seconds * 1000)}ms`)
    .join(', ');
  const bare = elements.map(({ address }) => address).join(', ');
  const on = `element inet ${table} ${set}`;
  return [`add ${on} { ${timed} }`, `delete ${on} { ${bare} }`, `add ${on} { ${timed} }`];
}

export interface Listed {
  readonly address: string;
  /** Left in the kernel; an element that somebody else made to last for ever has a year too many. */
  readonly seconds: number;
  readonly packets: number;
}

const forEver = 10 * 31_536_000;

/** Reads what `list set` prints. */
export function parseSet(listing: string): Listed[] {
  const element =
    /(\d+\.\d+\.\d+\.\d+)(?: counter packets (\d+) bytes \d+)?(?: timeout [^\s,]+)?(?: expires ([^\s,]+))?/g;
  return [...listing.matchAll(element)].map(([, address = '', packets, expires]) => ({
    address,
    seconds: expires === undefined ? forEver : parseTime(expires),
    packets: Number(packets ?? 0),
  }));
}

/** nftables' way of writing a time, `1d2h3m4s500ms`, in seconds. */
function parseTime(text: string): number {
  const units = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 } as const;
  return [...text.matchAll(/(\d+)(ms|[dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
    0,
  );
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
