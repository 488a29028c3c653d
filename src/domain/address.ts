/**
 * One IPv4 host address in canonical dotted form (`203.0.113.7`): four decimal
 * numbers, no leading zeros. Only {@link parseAddress} makes one.
 */
export type Address = string & { readonly __address: unique symbol };

/** Reads exactly the canonical dotted form; anything else is `undefined`. */
export function parseAddress(text: string): Address | undefined {
  const numbers = text.split('.');
  if (numbers.length !== 4) return undefined;
  return numbers.every((n) => /^(0|[1-9][0-9]{0,2})$/.test(n) && Number(n) <= 255)
    ? (text as Address)
    : undefined;
}

/** From four numbers as keyed on a telephone (leading zeros allowed); `undefined` if any is over 255. */
export function addressFromNumbers(numbers: readonly number[]): Address | undefined {
  return parseAddress(numbers.join('.'));
}

/** The address as an unsigned 32 bit number. */
export function addressBits(address: Address): number {
  return address.split('.').reduce((bits, n) => bits * 256 + Number(n), 0);
}

/** An IPv4 network in CIDR form, host bits zero (`198.51.100.0/24`). */
export interface Network {
  readonly first: number;
  readonly width: number;
}

/** Reads `a.b.c.d/n` (or a plain address as `/32`); `undefined` when malformed or when host bits are set. */
export function parseNetwork(text: string): Network | undefined {
  const [base = '', prefix = '32', ...rest] = text.split('/');
  const address = parseAddress(base);
  if (!address || rest.length > 0 || !/^(0|[1-9][0-9]?)$/.test(prefix) || Number(prefix) > 32) {
    return undefined;
  }
  const network = { first: addressBits(address), width: 2 ** (32 - Number(prefix)) };
  return network.first % network.width === 0 ? network : undefined;
}

export function inNetwork(address: Address, network: Network): boolean {
  const bits = addressBits(address);
  return bits >= network.first && bits < network.first + network.width;
}
