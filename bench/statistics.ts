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
