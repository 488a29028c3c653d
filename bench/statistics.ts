export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { min: at(0), median, p95: at(0.95), max: at(1) };
}

export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** The median, and between what the middle half lies. Of at least one value. */
export function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(0.25), median: spreadOf(values).median, high: at(0.75) };
}

/** How long the usual one takes, one in a hundred, and the longest. NaN where there is none. */
export function percentilesOf(
  values: readonly number[],
): Readonly<Record<'p50' | 'p99' | 'max', number>> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A line of a table: milliseconds with two decimals. */
export function row(what: string, { min, median, p95, max }: Spread): string {
  const cells = [median, min, p95, max].map((value) => value.toFixed(2).padStart(8));
  return `${what.padEnd(46)}${cells.join('')}`;
}

export const heading = `${'milliseconds'.padEnd(46)}${['median', 'min', 'p95', 'max'].map((word) => word.padStart(8)).join('')}`;

/** The straight line that fits best (least squares); at least two points. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): {
  readonly start: number;
  readonly slope: number;
} {
  const mean = (axis: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const together = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const slope = together / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return { slope, start: y - slope * x };
}
