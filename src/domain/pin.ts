/** A PIN: 4 to 12 decimal digits. */
export type Pin = string & { readonly __pin: unique symbol };

export function parsePin(text: string): Pin | undefined {
  return /^[0-9]{4,12}$/.test(text) ? (text as Pin) : undefined;
}

/** A new PIN of six digits; `below(n)` is uniform in 0…n−1. */
export function newPin(below: (n: number) => number): Pin {
  return String(below(1_000_000)).padStart(6, '0') as Pin;
}
