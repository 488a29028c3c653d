import {
  networkAround,
  networkOf,
  networkText,
  parseAddress,
  parseNetwork,
  type Address,
  type Family,
} from './address.ts';
import type { Instant, Seconds } from './time.ts';
import { isUserName } from './user.ts';

/** A host, a network or a name that is let in until it is taken away, or until a date. */
export interface Entry extends EntrySettings {
  readonly id: number;
  /** Unique; of the form of a user's name. */
  readonly label: string;
  readonly target: Target;
  /** Who or what it came from: `administrator`, `catalogue`, `import:…`. */
  readonly source: string;
  readonly createdAt: Instant;
}

/** What may be changed of an entry once it is made. */
export interface EntrySettings {
  /** Empty means the site's default. */
  readonly services: readonly string[];
  /** Null: until it is taken away. */
  readonly expiresAt: Instant | null;
  /** At most 200 characters, no control characters. */
  readonly note: string;
}

export type NewEntry = Omit<Entry, 'id'>;

export const targetKinds = ['host', 'network', 'name'] as const satisfies readonly Target['kind'][];

export type Target =
  | { readonly kind: 'host'; readonly address: Address }
  /** Canonical CIDR of more than one host. */
  | { readonly kind: 'network'; readonly network: string }
  /** Small letters, no dot at the end (RFC 1123). */
  | { readonly kind: 'name'; readonly name: string };

/** What a name means: the last answer is kept while it fails, for a stated time. */
export interface Resolution {
  readonly addresses: readonly Address[];
  /** When it was last answered; null: never. */
  readonly resolvedAt: Instant | null;
  /** When the addresses last became others. */
  readonly changedAt: Instant | null;
  /** Null while it is answered. */
  readonly failingSince: Instant | null;
  /** Why it fails, or which answers were left out. */
  readonly failure: string | null;
  /** The families that had addresses and are not answered. */
  readonly unanswered: readonly Unanswered[];
}

/** A family that fails. The time in which nobody asked, because the host was off, is none of `seconds`. */
export interface Unanswered {
  readonly family: Family;
  readonly seconds: Seconds;
  /** When it was last asked for in vain. */
  readonly at: Instant;
}

export const unresolved: Resolution = {
  addresses: [],
  resolvedAt: null,
  changedAt: null,
  failingSince: null,
  failure: null,
  unanswered: [],
};

/** What the gate shall let in for good, or until a time: `target` is an address or a CIDR network. */
export interface Standing {
  readonly target: string;
  readonly services: readonly string[];
  readonly until: Instant | null;
}

export const isLabel = isUserName;

export const longestNote = 200;

export function isNote(text: string): boolean {
  return text.length <= longestNote && !/\p{C}/u.test(text);
}

export function isSource(text: string): boolean {
  return /^(administrator|catalogue|import:[a-z][a-z0-9-]{0,31})$/.test(text);
}

/** Reads an address, a CIDR network or a host name, in that order. A network of one host is that host. */
export function parseTarget(text: string): Target | undefined {
  const network = parseNetwork(text.toLowerCase());
  if (network) {
    const written = networkText(network);
    const address = network.size === 1n ? parseAddress(written) : undefined;
    return address ? { kind: 'host', address } : { kind: 'network', network: written };
  }
  const name = text.toLowerCase().replace(/\.$/, '');
  return isHostName(name) ? { kind: 'name', name } : undefined;
}

/** What to write instead of a network with host bits, such as 203.0.113.7/24; undefined for anything else. */
export function withoutHostBits(text: string): string | undefined {
  const around = networkAround(text.toLowerCase());
  if (!around || around.host === around.network.first) return undefined;
  const { network, host } = around;
  const alone = networkText({ ...network, first: host, size: 1n });
  return `${networkText(network)} for the network, or ${alone} for that host alone: a network has nothing set behind the prefix`;
}

export function targetText(target: Target): string {
  if (target.kind === 'name') return target.name;
  return target.kind === 'host' ? target.address : target.network;
}

/** As targets: the address itself, and every network that all of it lies in. */
export function targetsAround(address: Address): string[] {
  const { family, first, size } = networkOf(address);
  const widest = 1n << (family === 4 ? 32n : 128n);
  const all: string[] = [];
  for (let around = size; around <= widest; around *= 2n) {
    all.push(networkText({ family, first: first - (first % around), size: around }));
  }
  return all;
}

/** Of two parts at least, as only such a name is the same everywhere; the last is no number, so no mistyped address passes. */
function isHostName(text: string): boolean {
  const parts = text.split('.');
  return (
    text.length <= 253 &&
    parts.length >= 2 &&
    parts.every((part) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(part)) &&
    /[a-z]/.test(parts.at(-1) ?? '')
  );
}

/**
 * What entries add up to: where several have the same target, each service lasts
 * as long as the longest of them. A target has one line for each end.
 */
export function merged(all: readonly Standing[]): readonly Standing[] {
  const seen = new Set<string>();
  const several = new Map<string, Standing[]>();
  for (const { target } of all) {
    if (seen.has(target)) several.set(target, []);
    else seen.add(target);
  }
  // the usual case, and there may be a hundred thousand
  if (several.size === 0) return all;
  for (const one of all) several.get(one.target)?.push(one);
  return [
    ...all.filter(({ target }) => !several.has(target)),
    ...[...several.values()].flatMap(mergedAtTarget),
  ];
}

function mergedAtTarget(same: readonly Standing[]): Standing[] {
  const ends = new Map<string, number>();
  for (const { services, until } of same) {
    for (const service of services) {
      ends.set(service, Math.max(ends.get(service) ?? 0, until ?? Infinity));
    }
  }
  const target = same[0]?.target ?? '';
  return [...new Set(ends.values())].map((end) => ({
    target,
    services: [...ends].filter(([, until]) => until === end).map(([service]) => service),
    until: end === Infinity ? null : end,
  }));
}
