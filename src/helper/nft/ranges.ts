/** Addresses from the first to the last, for so many seconds; undefined is for good. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly seconds: number | undefined;
}

/**
 * The same addresses, each for as long as the longest range that it is in, as ranges
 * of which no two have an address in common: the kernel refuses those that do. Of any
 * two given, one must lie in the other or beside it, as networks always do.
 */
export function disjoint(networks: readonly Range[]): Range[] {
  const sorted = [...networks].sort(byFirstThenWidest);
  const result: Range[] = [];
  /** Those around the present place, the innermost last. */
  const around: Range[] = [];
  let from = 0n;
  const closeBefore = (place: bigint | undefined): void => {
    for (let inner = around.at(-1); inner; inner = around.at(-1)) {
      if (place !== undefined && inner.last >= place) return;
      add(result, from, inner.last, inner.seconds);
      from = inner.last + 1n;
      around.pop();
    }
  };
  for (const network of sorted) {
    closeBefore(network.first);
    const outer = around.at(-1);
    if (outer && !lastsLonger(network, outer)) continue;
    if (outer) add(result, from, network.first - 1n, outer.seconds);
    from = network.first;
    around.push(network);
  }
  closeBefore(undefined);
  return result;
}

function byFirstThenWidest(a: Range, b: Range): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  if (a.last !== b.last) return a.last > b.last ? -1 : 1;
  return 0;
}

const lastsLonger = (one: Range, other: Range): boolean =>
  (one.seconds ?? Infinity) > (other.seconds ?? Infinity);

function add(ranges: Range[], first: bigint, last: bigint, seconds: number | undefined): void {
  if (first > last) return;
  const before = ranges.at(-1);
  const joins = before?.last === first - 1n && before.seconds === seconds;
  if (joins) ranges.pop();
  ranges.push({ first: joins ? before.first : first, last, seconds });
}
