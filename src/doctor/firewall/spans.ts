/** Ports from the first to the last. */
export type Span = readonly [first: number, last: number];

export const highest = 65_535;

/** All ports that are in none of them; they do not overlap. */
export function complementOf(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted(([a], [b]) => a - b);
  const starts = [0, ...sorted.map(([, last]) => last + 1)];
  const ends = [...sorted.map(([first]) => first - 1), highest];
  return starts.map((first, at): Span => [first, ends[at] ?? highest]).filter(([a, b]) => a <= b);
}
