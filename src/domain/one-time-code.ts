/** A one-time code, time-based or from a sheet: 6 to 10 decimal digits. */
export type OneTimeCode = string & { readonly __oneTimeCode: unique symbol };

export function parseOneTimeCode(text: string): OneTimeCode | undefined {
  return /^[0-9]{6,10}$/.test(text) ? (text as OneTimeCode) : undefined;
}

/** A new code of eight digits for a sheet; `below(n)` is uniform in 0…n−1. */
export function newSheetCode(below: (n: number) => number): OneTimeCode {
  return String(below(100_000_000)).padStart(8, '0') as OneTimeCode;
}
