import type { Standing } from '../domain/entry.ts';
import { StandingDigest, standingLine } from './wire-standing.ts';

/** A list as the helper takes it: lines, each once, in order of their code units. */
export interface StandingLines {
  readonly lines: readonly string[];
  readonly digest: string;
}

/** So many are dealt with before others have their turn: a millisecond or two. */
const some = 2000;

const othersTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Of a list that was made before and is the same one still: it is asked for every few seconds. */
const made = new WeakMap<readonly Standing[], Promise<StandingLines>>();

/** A hundred thousand take a quarter of a second in all, and hold nobody up for more than some milliseconds. */
export function linesOf(entries: readonly Standing[]): Promise<StandingLines> {
  const before = made.get(entries);
  if (before) return before;
  const lines = make(entries);
  made.set(entries, lines);
  return lines;
}

async function make(entries: readonly Standing[]): Promise<StandingLines> {
  let runs: string[][] = [];
  for (let at = 0; at < entries.length; at += some) {
    runs.push(
      entries
        .slice(at, at + some)
        .map(lineOf)
        .sort(),
    );
    await othersTurn();
  }
  while (runs.length > 1) {
    const longer: string[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      longer.push(await merged(runs[at] ?? [], runs[at + 1] ?? []));
    }
    runs = longer;
  }
  const sum = new StandingDigest();
  const lines: string[] = [];
  const all = runs[0] ?? [];
  for (let at = 0; at < all.length; at += some) {
    const piece = all.slice(at, at + some).filter((line, n) => line !== all[at + n - 1]);
    sum.add(piece);
    lines.push(...piece);
    await othersTurn();
  }
  return { lines, digest: sum.text() };
}

/** Two sorted runs as one. */
async function merged(one: readonly string[], other: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  let [a, b] = [0, 0];
  while (a < one.length || b < other.length) {
    const [x, y] = [one[a], other[b]];
    if (y === undefined || (x !== undefined && x <= y)) {
      all.push(x as string);
      a++;
    } else {
      all.push(y);
      b++;
    }
    if (all.length % (some * 4) === 0) await othersTurn();
  }
  return all;
}

export const lineOf = ({ target, services, until }: Standing): string =>
  standingLine({
    target,
    services,
    // a little early rather than late; 0 would be for good
    until: until === null ? 0 : Math.max(1, Math.floor(until / 1000)),
  });
