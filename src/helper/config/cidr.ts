import { isIPv6 } from 'node:net';

/** A network as configured; `text` is what nftables is given. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly prefix: number;
  readonly text: string;
}

/** Reads `a.b.c.d/n`, `x::y/n` or a single host of either; `undefined` when malformed or when host bits are set. */
export function parseCidr(text: string): Cidr | undefined {
  const [base = '', length, ...rest] = text.split('/');
  const family = base.includes(':') ? 6 : 4;
  const first = family === 6 ? bits6(base) : bits4(base);
  const width = family === 6 ? 128 : 32;
  if (first === undefined || rest.length > 0) return undefined;
  if (length !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  const prefix = length === undefined ? width : Number(length);
  if (prefix > width) return undefined;
  const host = (1n << BigInt(width - prefix)) - 1n;
  return (first & host) === 0n ? { family, first, prefix, text } : undefined;
}

/** Leaves out networks that lie inside another: nftables refuses overlapping intervals. */
export function outermost(networks: readonly Cidr[]): Cidr[] {
  return networks.filter(
    (inner, at) =>
      !networks.some(
        (outer, other) =>
          other !== at && contains(outer, inner) && (outer.prefix < inner.prefix || other < at), // of equals, the first stays
      ),
  );
}

/** Whether the inner network, or host, lies in the outer. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const shift = BigInt((outer.family === 6 ? 128 : 32) - outer.prefix);
  return outer.first >> shift === inner.first >> shift;
}

function bits4(text: string): bigint | undefined {
  const numbers = text.split('.');
  if (numbers.length !== 4) return undefined;
  if (!numbers.every((n) => /^(0|[1-9][0-9]{0,2})$/.test(n) && Number(n) <= 255)) return undefined;
  return numbers.reduce((bits, n) => bits * 256n + BigInt(n), 0n);
}

function bits6(text: string): bigint | undefined {
  // a zone (%eth0) or an embedded IPv4 address is no network that anybody means here
  if (!isIPv6(text) || /[%.]/.test(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((bits, g) => bits * 65_536n + BigInt(`0x${g}`), 0n);
}
