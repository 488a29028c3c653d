/** Three numbers from 1 to 65535, in canonical text: `233*245*478`. */
export type KnockCode = string & { readonly __knockCode: unique symbol };

const highest = 65_535;

/** Reads `a*b*c` (a leading zero is forgiven: fingers slip); anything else is `undefined`. */
export function parseKnockCode(text: string): KnockCode | undefined {
  if (!/^[0-9]{1,5}\*[0-9]{1,5}\*[0-9]{1,5}$/.test(text)) return undefined;
  const numbers = text.split('*').map(Number);
  return numbers.every((n) => n >= 1 && n <= highest)
    ? (numbers.join('*') as KnockCode)
    : undefined;
}

/**
 * A new code from the given source of random integers (`below(n)` is uniform in
 * 0…n−1). Numbers are three digits or longer, which keeps the space at about 2^48.
 */
export function newKnockCode(below: (n: number) => number): KnockCode {
  const number = (): number => 100 + below(highest - 99);
  return [number(), number(), number()].join('*') as KnockCode;
}
