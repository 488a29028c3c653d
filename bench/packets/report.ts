import { lineChart, type Series } from '../chart.ts';
import type { Result } from '../result.ts';
import { quartilesOf } from '../statistics.ts';
import { table } from '../table.ts';
import { kinds, type Kind } from './kinds.ts';
import type { Way } from './ways.ts';

/** One kind of packet through one set of rules. */
export interface Cell {
  readonly way: Way;
  readonly kind: Kind;
  readonly setUpMs: number;
  readonly packets: number;
  /** Of a packet, in each round. */
  readonly nanoseconds: readonly number[];
}

/** What the issue asks for: with all entries, a packet costs so much more than with none. */
const mostNanoseconds = 1000;

export function report(cells: readonly Cell[], sizes: readonly number[]): Result {
  const find = (name: Way['kind'], entries: number, kind: Kind | undefined): Cell => {
    const cell = cells.find(
      (one) => one.way.kind === name && one.way.entries === entries && one.kind === kind,
    );
    if (!cell) throw new RangeError('no such cell');
    return cell;
  };
  const more = (cell: Cell, than: Way['kind']) =>
    quartilesOf(differences(cell, find(than, 0, cell.kind)));
  const figures = cells.map((cell) => ({
    rules: cell.way.name,
    entries: cell.way.entries,
    packet: cell.kind.name,
    packets: cell.packets,
    setUpMs: cell.setUpMs,
    nanoseconds: quartilesOf(cell.nanoseconds),
    moreThanNoRules: more(cell, 'none'),
    moreThanTracked: more(cell, 'tracked'),
  }));
  const ways = [...new Set(cells.map(({ way }) => way))];
  const rowsOf = (value: (cell: Cell) => string): string[][] =>
    ways.map((way) => [
      way.name,
      way.entries > 0 ? way.entries.toLocaleString('en-GB') : '',
      ...kinds.map((kind) => value(find(way.kind, way.entries, kind))),
    ]);
  const head = ['', 'entries', ...kinds.map(({ name }) => name)];
  const most = Math.max(...sizes);
  const verdicts = (['hosts', 'networks'] as const).map((name) => {
    const beyond = (base: (kind: Kind) => Cell): string => {
      const worst = Math.max(
        ...kinds.map((kind) => quartilesOf(differences(find(name, most, kind), base(kind))).median),
      );
      return `${whole(worst)} ns${worst > mostNanoseconds ? ` (over ${mostNanoseconds})` : ''}`;
    };
    return [
      `guard, ${most.toLocaleString('en-GB')} ${name}`,
      beyond((kind) => find(name, Math.min(...sizes), kind)),
      beyond((kind) => find('tracked', 0, kind)),
      beyond((kind) => find('none', 0, kind)),
    ];
  });
  process.stdout.write(`
Nanoseconds a packet, sent and received, medians of the rounds
${table(
  head,
  rowsOf(({ nanoseconds }) => whole(quartilesOf(nanoseconds).median)),
)}

More than without rules, in the same round: median (middle half of the rounds)
${table(
  head,
  rowsOf((cell) => {
    const { low, median, high } = more(cell, 'none');
    return `${whole(median)} (${whole(low)} to ${whole(high)})`;
  }),
)}

More at the worst of the four kinds (wanted: ${mostNanoseconds} ns at most)
${table(
  [
    '',
    `than with ${Math.min(...sizes).toLocaleString('en-GB')}`,
    'than with connections tracked',
    'than without rules',
  ],
  verdicts,
)}
`);
  return {
    figures: { mostNanoseconds, sizes, cells: figures },
    charts: charts(
      sizes,
      (name, entries, kind) => quartilesOf(find(name, entries, kind).nanoseconds).median,
    ),
  };
}

function charts(
  sizes: readonly number[],
  value: (name: Way['kind'], entries: number, kind: Kind | undefined) => number,
): Record<string, string> {
  const [first, established, stranger] = kinds;
  const line = (name: string, way: Way['kind'], kind: Kind | undefined): Series => ({
    name,
    points: sizes.map((size) => [
      size,
      value(way, way === 'none' || way === 'tracked' ? 0 : size, kind),
    ]),
  });
  return {
    'packet-cost': lineChart(
      'A packet that is let in, the first of its connection',
      { x: 'entries', y: 'ns a packet, sending included', log: 'both' },
      [
        line('iptables, a rule each', 'iptables', first),
        line('guard, hosts', 'hosts', first),
        line('guard, networks', 'networks', first),
        line('no rules at all', 'none', first),
      ],
    ),
    'packet-cost-guard': lineChart(
      "A packet through dialgate's guard",
      { x: 'entries', y: 'ns a packet, sending included', log: 'x' },
      [
        line('hosts, first packet', 'hosts', first),
        line('hosts, established', 'hosts', established),
        line('networks, first packet', 'networks', first),
        line('stranger', 'hosts', stranger),
        line('no rules, tracked', 'tracked', first),
        line('no rules at all', 'none', first),
      ],
    ),
  };
}

const differences = (cell: Cell, base: Cell): number[] =>
  cell.nanoseconds.flatMap((value, round) => {
    const other = base.nanoseconds[round];
    return other === undefined ? [] : [value - other];
  });

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
