/**
 * The addresses that may stand in a request, by kind: one IPv4 host, one IPv6 host,
 * and the network of 64 bits that an IPv6 host lives in (`2001:db8:0:1::/64`).
 */
export type AddressKind = '4' | '6' | '6net';

/** Tells the kinds apart; of text that is no address it tells nothing. */
export function kindOf(address: string): AddressKind {
  if (!address.includes(':')) return '4';
  return address.endsWith('/64') ? '6net' : '6';
}

/**
 * What is wrong with an address, or undefined: it must be in canonical form (RFC 5952
 * for IPv6), and one that can have a traveller behind it. Private and reserved
 * networks are the app's to judge.
 */
export function addressFault(address: string): string | undefined {
  const kind = kindOf(address);
  return kind === '4' ? fault4(address) : fault6(address.replace(/\/64$/, ''), kind);
}

/** The network that a host is likely to share with its like, /24 or /48, as nftables writes a masked source: `203.0.113.0`, `2001:db8:1::`. */
export function networkOf(host: string): string {
  if (kindOf(host) === '4') return host.replace(/\d+$/, '0');
  return text6([...(groups6(host) ?? []).slice(0, 3), 0, 0, 0, 0, 0]);
}

const malformed =
  'is neither an IPv4 host (four numbers from 0 to 255 with dots) nor an IPv6 host or /64 in canonical form';
const impossible = 'can never be where a packet comes from';

function fault4(text: string): string | undefined {
  const numbers = text.split('.');
  const canonical =
    numbers.length === 4 &&
    numbers.every((n) => /^(0|[1-9][0-9]{0,2})$/.test(n) && Number(n) <= 255);
  if (!canonical) return malformed;
  const first = Number(numbers[0]);
  return first === 0 || first === 127 || first >= 224 ? impossible : undefined;
}

function fault6(text: string, kind: '6' | '6net'): string | undefined {
  const groups = groups6(text);
  if (!groups || text6(groups) !== text) return malformed;
  const [first = 0, ...rest] = groups;
  if (kind === '6net' && groups.slice(4).some((group) => group !== 0)) return malformed;
  // ::/64 holds the unspecified, the loopback, the v4-compatible and the v4-mapped addresses
  const nowhere = first === 0 && rest.slice(0, 3).every((group) => group === 0);
  // fe80::/10 and fec0::/10 end at the link and the site, ff00::/8 is multicast
  return nowhere || first >= 0xfe80 ? impossible : undefined;
}

/** Eight groups; no dotted end, no zone. */
export function groups6(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::');
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = words(head);
  const after = words(tail ?? '');
  const missing = 8 - before.length - after.length;
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...before, ...Array<string>(missing).fill('0'), ...after];
  return all.every((word) => /^[0-9a-f]{1,4}$/.test(word))
    ? all.map((word) => Number.parseInt(word, 16))
    : undefined;
}

/** RFC 5952, section 4: of the longest runs of zero groups, at least two, the first becomes `::`. */
export function text6(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = text.match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(new RegExp(`(^|:)${longest}(:|$)`), '::');
}
