import { readLine } from '../../firewall/wire-standing.ts';

/** Until when, in Unix seconds and 0 for good, by service. */
export type Ends = ReadonlyMap<string, number>;

export interface Difference {
  readonly target: string;
  readonly had: Ends;
  readonly wanted: Ends;
}

/**
 * Walks two lists side by side, both in order, and yields the targets whose lines
 * differ. A space comes before all that a target may hold, so the lines of a target
 * stand together, and targets are in order as lines are.
 */
export function* differences(
  before: readonly string[],
  after: readonly string[],
): Generator<Difference> {
  let [from, to] = [0, 0];
  for (;;) {
    while (from < before.length && before[from] === after[to]) [from, to] = [from + 1, to + 1];
    if (from >= before.length && to >= after.length) return;
    const target = least(targetAt(before, from), targetAt(after, to));
    // those of its lines that are the same on both sides have been passed already
    const [fromStart, toStart] = [startOf(target, before, from), startOf(target, after, to)];
    [from, to] = [endOf(target, before, from), endOf(target, after, to)];
    yield { target, had: endsOf(before, fromStart, from), wanted: endsOf(after, toStart, to) };
  }
}

/** How many lines are in the second list alone, and how many in the first alone. */
export function countChanges(
  before: readonly string[],
  after: readonly string[],
): { added: number; removed: number } {
  let [from, to, kept] = [0, 0, 0];
  while (from < before.length && to < after.length) {
    const [one = '', other = ''] = [before[from], after[to]];
    if (one === other) kept++;
    if (one <= other) from++;
    if (one >= other) to++;
  }
  return { added: after.length - kept, removed: before.length - kept };
}

/** The lines of the first list that are not in the second. */
export function missingIn(before: readonly string[], after: readonly string[]): string[] {
  const missing: string[] = [];
  let to = 0;
  for (const line of before) {
    while (to < after.length && (after[to] ?? '') < line) to++;
    if (after[to] !== line) missing.push(line);
  }
  return missing;
}

/** For each network of a list. */
export function* networksOf(lines: readonly string[]): Generator<[network: string, ends: Ends]> {
  const some = lines.filter((line) => line.includes('/'));
  for (const { target, wanted } of differences([], some)) yield [target, wanted];
}

function targetAt(lines: readonly string[], at: number): string | undefined {
  const line = lines[at];
  return line?.slice(0, line.indexOf(' '));
}

function least(one: string | undefined, other: string | undefined): string {
  if (one === undefined) return other ?? '';
  return other === undefined || one < other ? one : other;
}

const isOf = (target: string, line: string | undefined): boolean =>
  line !== undefined && line.startsWith(target) && line[target.length] === ' ';

function startOf(target: string, lines: readonly string[], at: number): number {
  let first = at;
  while (isOf(target, lines[first - 1])) first--;
  return first;
}

function endOf(target: string, lines: readonly string[], at: number): number {
  let end = at;
  while (isOf(target, lines[end])) end++;
  return end;
}

const noEnds: Ends = new Map();
/** Of what follows the target in the last line: most lines of a list say the same. */
let lately: { readonly text: string; readonly ends: Ends } = { text: '', ends: noEnds };

/** Where several lines name a service, it lasts as long as the longest of them. */
function endsOf(lines: readonly string[], from: number, end: number): Ends {
  if (end === from) return noEnds;
  if (end === from + 1) return endsOfOne(lines[from] ?? '');
  const ends = new Map<string, number>();
  for (const line of lines.slice(from, end)) {
    for (const [service, until] of endsOfOne(line)) {
      const other = ends.get(service);
      ends.set(service, other === 0 || until === 0 ? 0 : Math.max(other ?? 0, until));
    }
  }
  return ends;
}

function endsOfOne(line: string): Ends {
  const text = line.slice(line.indexOf(' '));
  if (text !== lately.text) {
    const { services, until } = readLine(line);
    lately = { text, ends: new Map(services.map((service) => [service, until])) };
  }
  return lately.ends;
}
