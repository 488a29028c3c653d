/**
 * Where a traveller is, in canonical text: one IPv4 host (`203.0.113.7`), one IPv6
 * host (`2001:db8::7`, RFC 5952), or the 64 bit network of an IPv6 host
 * (`2001:db8:0:1::/64`). Only {@link parseAddress} and its kin make one.
 */
export type Address = string & { readonly __address: unique symbol };

export type Family = 4 | 6;

/** Reads exactly the canonical form; anything else is `undefined`. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) return ipv4Bits(text) === undefined ? undefined : (text as Address);
  const [host = '', prefix, ...rest] = text.split('/');
  const groups = ipv6Groups(host);
  if (!groups || rest.length > 0 || ipv6Text(groups) !== host) return undefined;
  if (prefix === undefined) return text as Address;
  return prefix === '64' && groups.slice(4).every((group) => group === 0)
    ? (text as Address)
    : undefined;
}

/** From four numbers as keyed on a telephone (leading zeros allowed); `undefined` if any is over 255. */
export function addressFromNumbers(numbers: readonly number[]): Address | undefined {
  return parseAddress(numbers.join('.'));
}

export function familyOf(address: Address): Family {
  return address.includes(':') ? 6 : 4;
}

/** The 64 bit network of an IPv6 host; an IPv4 host stays what it is. */
export function sixtyFourOf(address: Address): Address {
  if (familyOf(address) === 4 || address.endsWith('/64')) return address;
  const groups = ipv6Groups(address) ?? [];
  return `${ipv6Text([...groups.slice(0, 4), 0, 0, 0, 0])}/64` as Address;
}

/** The eight groups of an IPv6 address, or of the first address of its network. */
export function groupsOf(address: Address): readonly number[] {
  return ipv6Groups(address.split('/')[0] ?? '') ?? [];
}

/** A network: `198.51.100.0/24`, `2001:db8::/32`. */
export interface Network {
  readonly family: Family;
  readonly first: bigint;
  /** How many addresses it holds. */
  readonly size: bigint;
}

/** Reads CIDR (or a plain address as a network of one); `undefined` when malformed or when host bits are set. */
export function parseNetwork(text: string): Network | undefined {
  const around = networkAround(text);
  return around && around.host === around.network.first ? around.network : undefined;
}

/** The network that somebody means who writes a host of it with the prefix, and that host. */
export function networkAround(
  text: string,
): { readonly network: Network; readonly host: bigint } | undefined {
  const [base = '', prefix, ...rest] = text.split('/');
  const family = base.includes(':') ? 6 : 4;
  const groups = family === 6 ? ipv6Groups(base) : undefined;
  const host = groups ? ipv6Bits(groups) : ipv4Bits(base);
  const bits = family === 6 ? 128 : 32;
  const width = prefix ?? String(bits);
  if (host === undefined || rest.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(width)) {
    return undefined;
  }
  if (Number(width) > bits) return undefined;
  const size = 1n << BigInt(bits - Number(width));
  return { network: { family, first: host - (host % size), size }, host };
}

/** Its canonical text; a network of one host is written as that host. */
export function networkText({ family, first, size }: Network): string {
  const bits = family === 6 ? 128 : 32;
  const prefix = bits - (size.toString(2).length - 1);
  const base = family === 6 ? ipv6Text(parts(first, 8, 16n)) : parts(first, 4, 8n).join('.');
  return prefix === bits ? base : `${base}/${prefix}`;
}

/** The number cut into so many parts of so many bits. */
const parts = (number: bigint, count: number, bits: bigint): number[] =>
  Array.from({ length: count }, (_, at) =>
    Number((number >> (BigInt(count - 1 - at) * bits)) & ((1n << bits) - 1n)),
  );

/** Whether the whole address lies in the network: of a /64, all of it. */
export function inNetwork(address: Address, network: Network): boolean {
  return contains(network, networkOf(address));
}

/** Whether the other network lies wholly in the first. */
export function contains(network: Network, other: Network): boolean {
  return (
    other.family === network.family &&
    other.first >= network.first &&
    other.first + other.size <= network.first + network.size
  );
}

/** Whether two networks have any host in common. */
export function meet(a: Network, b: Network): boolean {
  return a.family === b.family && a.first < b.first + b.size && b.first < a.first + a.size;
}

export function networkOf(address: Address): Network {
  const network = parseNetwork(address);
  // an Address is always a network of its own
  if (!network) throw new RangeError(`${address} is not an address`);
  return network;
}

function ipv4Bits(text: string): bigint | undefined {
  const numbers = text.split('.');
  const canonical =
    numbers.length === 4 &&
    numbers.every((n) => /^(0|[1-9][0-9]{0,2})$/.test(n) && Number(n) <= 255);
  return canonical ? numbers.reduce((bits, n) => bits * 256n + BigInt(n), 0n) : undefined;
}

/** Eight groups of hexadecimal digits, one run of zero groups as `::`; no dotted end, no zone. */
function ipv6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = before.length + after.length;
  if (halves.length === 2 ? given > 7 : given !== 8) return undefined;
  const groups = [...before, ...Array<string>(8 - given).fill('0'), ...after];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

const ipv6Bits = (groups: readonly number[]): bigint =>
  groups.reduce((bits, group) => bits * 65_536n + BigInt(group), 0n);

/** RFC 5952: small letters, no leading zeros, the first longest run of two or more zero groups as `::`. */
function ipv6Text(groups: readonly number[]): string {
  const words = groups.map((group) => group.toString(16));
  const runs = groups.map((_, from) => {
    const end = groups.findIndex((group, at) => at >= from && group !== 0);
    return { from, length: (end < 0 ? 8 : end) - from };
  });
  const longest = Math.max(...runs.map(({ length }) => length));
  const run = runs.find(({ length }) => length === longest);
  if (!run || longest < 2) return words.join(':');
  const before = words.slice(0, run.from).join(':');
  return `${before}::${words.slice(run.from + run.length).join(':')}`;
}
