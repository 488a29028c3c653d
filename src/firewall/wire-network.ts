import { addressFault, groups6, text6 } from './wire-address.ts';

export type Family = 4 | 6;

/** A network, from its first address to its last. */
export interface WireNetwork {
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

export const isNetwork = (target: string): boolean => target.includes('/');

/** Of an address or a network. */
export const familyOf = (target: string): Family => (target.includes(':') ? 6 : 4);

/** Reads CIDR in canonical form, host bits zero; `undefined` when it is anything else. */
export function readNetwork(text: string): WireNetwork | undefined {
  const [base = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  // addresses that nobody comes from begin no network either
  if (addressFault(base) !== undefined) return undefined;
  const family = familyOf(base);
  const width = family === 4 ? 32 : 128;
  const prefix = Number(length);
  if (prefix > width) return undefined;
  const first = bitsOf(base, family);
  const hosts = (1n << BigInt(width - prefix)) - 1n;
  return (first & hosts) === 0n ? { family, prefix, first, last: first | hosts } : undefined;
}

/** The text of one address. */
export function hostText(bits: bigint, family: Family): string {
  const [count, size] = family === 4 ? [4, 8n] : [8, 16n];
  const groups = Array.from({ length: count }, (_, at) =>
    Number((bits >> (BigInt(count - 1 - at) * size)) & ((1n << size) - 1n)),
  );
  return family === 4 ? groups.join('.') : text6(groups);
}

function bitsOf(host: string, family: Family): bigint {
  const groups = family === 4 ? host.split('.').map(Number) : (groups6(host) ?? []);
  const size = family === 4 ? 8n : 16n;
  return groups.reduce((bits, group) => (bits << size) | BigInt(group), 0n);
}
