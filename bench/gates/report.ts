import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../lab/package-root.ts';
import { lineChart } from '../chart.ts';
import type { Result } from '../result.ts';
import { quartilesOf, spreadOf, type Spread } from '../statistics.ts';
import { table } from '../table.ts';
import type { Contestant } from './gate.ts';

/** What a contestant took with so many entries. */
export interface Cell {
  readonly contestant: Contestant;
  readonly entries: number;
  /** ms */
  readonly times: number[];
  /** Why, of those that were not opened. */
  readonly failures: string[];
}

interface Run {
  readonly rounds: number;
  readonly sizes: readonly number[];
  /** Shares of the machine that were busy before each, from 0 to 1. */
  readonly busy: readonly number[];
}

/** Prints the tables; gives back the figures and the chart. */
export function reportTimes(cells: readonly Cell[], { rounds, sizes, busy }: Run): Result {
  const names = [...new Set(cells.map(({ contestant }) => contestant.name))];
  const cellOf = (name: string, entries: number): Cell | undefined =>
    cells.find((cell) => cell.contestant.name === name && cell.entries === entries);
  const median: Medians = (name, entries) => {
    const { times = [] } = cellOf(name, entries) ?? {};
    return times.length > 0 ? quartilesOf(times).median : Number.NaN;
  };
  const grid = (what: string, text: (name: string, entries: number) => string): string =>
    table(
      [what, ...sizes.map((n) => n.toLocaleString('en-GB'))],
      names.map((name) => [name, ...sizes.map((entries) => text(name, entries))]),
    );
  const telephone = telephonePart();
  const verdict = names.includes('dialgate') ? judge(names, sizes, median) : [];
  const busyBefore = spreadOf(busy);
  const triggers = new Map(cells.map(({ contestant }) => [contestant.name, contestant.trigger]));
  const lines = [
    `From the trigger to the first SYN answered, by entries already there; ${rounds} rounds by turns`,
    grid('ms: median (middle half)', (...where) => cellText(cellOf(...where))),
    grid('times as long as dialgate', (name, entries) =>
      ratio(median(name, entries) / median('dialgate', entries)),
    ),
    ...verdict,
    ...[...triggers].map(([name, trigger]) => `trigger of ${name}: ${trigger}`),
    telephoneText(telephone),
    `busy before a run: median ${percent(busyBefore.median)}, p95 ${percent(busyBefore.p95)} of the machine`,
    ...cells.flatMap(({ contestant, entries, failures: [why, ...more] }) =>
      why ? [`${contestant.name}, ${entries}: ${1 + more.length} not opened: ${why}`] : [],
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const chart = lineChart(
    'Time to open: from the trigger to the first SYN answered',
    { x: 'entries already there', y: 'ms (median)', log: 'both' },
    names.map((name) => ({
      name,
      points: sizes
        .map((entries) => [entries, median(name, entries)] as const)
        .filter(([, value]) => value > 0),
    })),
  );
  return {
    figures: {
      ...{ rounds, sizes, kernel: release(), node: process.version, busyBefore },
      ...{ verdict, telephone, results: cells.map(figuresOf) },
    },
    charts: { 'time-to-open': chart },
  };
}

/** NaN where nothing was opened. */
type Medians = (name: string, entries: number) => number;

const figuresOf = ({ contestant: { name, trigger, entry }, entries, ...own }: Cell): object => ({
  ...{ name, trigger, entry, entries },
  ms: own.times.length > 0 ? { ...spreadOf(own.times), ...quartilesOf(own.times) } : null,
  notOpened: own.failures.length,
  times: own.times.map((time) => Number(time.toFixed(3))),
});

function cellText(cell: Cell | undefined): string {
  if (!cell || cell.times.length === 0) return 'not opened';
  const { low, median, high } = quartilesOf(cell.times);
  return `${ms(median)} (${ms(low)}–${ms(high)})`;
}

/** Whether it is the quickest everywhere, and flat. */
function judge(names: readonly string[], sizes: readonly number[], median: Medians): string[] {
  const own = sizes.map((entries) => median('dialgate', entries));
  if (own.some(Number.isNaN)) return ['dialgate did not open at every size.'];
  const quicker = sizes.flatMap((entries) =>
    names
      .filter((name) => name !== 'dialgate' && median(name, entries) <= median('dialgate', entries))
      .map((name) => `${name} is as quick as dialgate, or quicker, with ${entries} entries.`),
  );
  return [
    ...(quicker.length > 0 ? quicker : ['dialgate is the quickest at every size.']),
    `dialgate takes ${ms(Math.min(...own))} to ${ms(Math.max(...own))} ms over all sizes (medians).`,
  ];
}

interface Telephone {
  readonly calls: number;
  readonly keyToDecision: number;
  readonly keyToFirstPacket: number;
}

/** As the bench key-to-open has found it last: medians, in ms. */
function telephonePart(): Telephone | undefined {
  const file = join(packageRoot, 'bench/results/key-to-open.json');
  if (!existsSync(file)) return undefined;
  const found = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly calls: number;
    readonly keyToDecision: Spread;
    readonly keyToFirstPacket: Spread;
  };
  return {
    calls: found.calls,
    keyToDecision: found.keyToDecision.median,
    keyToFirstPacket: found.keyToFirstPacket.median,
  };
}

const telephoneText = (found: Telephone | undefined): string =>
  found
    ? `Not in it: from key 1 at the server through Asterisk to dialgate's decision ${ms(found.keyToDecision)} ms; ` +
      `key 1 to the first packet ${ms(found.keyToFirstPacket)} ms (medians of ${found.calls} calls, from key-to-open.json).`
    : 'Not in it: the way of key 1 through Asterisk to dialgate, which the bench key-to-open measures.';

const ms = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const ratio = (value: number): string => (Number.isNaN(value) ? '' : value.toFixed(1));
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
