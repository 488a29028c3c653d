import { lineChart } from './chart.ts';
import type { Level } from './load/level.ts';
import type { Result } from './result.ts';
import type { Spread } from './statistics.ts';
import { table } from './table.ts';

export type Run = Level<'app' | 'helper' | 'asterisk'> & {
  readonly keyed: 'from a card' | 'typed ahead';
  /** What dialgate's record says that should not be. */
  readonly faults: readonly string[];
};
export type BaselineRun = Level<'asterisk' | 'helper'> & Pick<Run, 'keyed'>;

export interface CallsFigures {
  readonly rounds: number;
  /** Processor time of one PIN's hash, in ms. */
  readonly pinMs: number;
  readonly dialgate: readonly Run[];
  readonly baseline: readonly BaselineRun[];
}

const head = [
  ['at once', 'keyed', 'calls', 'calls/s', 'failed', 'wrong'],
  ['CPU %', '% a call', 'ms a call', 'MiB', 'Asterisk %', 'helper %'],
  ['set-up p50', 'p95', 'key→open p50', 'p95', 'telephones %', 'machine %'],
].flat();

export function reportCalls(figures: CallsFigures): Result {
  const { dialgate, baseline, pinMs } = figures;
  const faults = dialgate.flatMap((run) =>
    run.faults.map((fault) => `${run.atOnce} at once, ${run.keyed}: ${fault}`),
  );
  process.stdout.write(`
Calls at once, each keyed in full; 100 % is one processor; times in ms

dialgate (CPU and memory of \`dialgate serve\` and what it starts; ${pinMs.toFixed(0)} ms of each call are the PIN's hash)
${table(
  head,
  dialgate.map((run) => rowOf(run, costOfApp(run))),
)}
its own record of the calls: ${faults.length === 0 ? 'every call opened, nothing refused on the way' : faults.join('; ')}

The same call as an AGI script for each (CPU and memory of the scripts)
${table(
  head,
  baseline.map((run) => rowOf(run, costOfScripts(run))),
)}
`);
  const series = (name: string, runs: readonly { atOnce: number; y: number }[]) => ({
    name,
    points: runs.map(({ atOnce, y }) => [atOnce, y] as const),
  });
  const ofCard = <R extends Pick<Run, 'keyed'>>(runs: readonly R[]): R[] =>
    runs.filter(({ keyed }) => keyed === 'from a card');
  const both = (y: { app(run: Run): number; scripts(run: BaselineRun): number }) => [
    series(
      'dialgate',
      ofCard(dialgate).map((run) => ({ atOnce: run.atOnce, y: y.app(run) })),
    ),
    series(
      'AGI script per call',
      ofCard(baseline).map((run) => ({ atOnce: run.atOnce, y: y.scripts(run) })),
    ),
  ];
  const chart = (title: string, y: string, lines: ReturnType<typeof both>) =>
    lineChart(title, { x: 'calls at once', y }, lines);
  return {
    figures,
    charts: {
      'calls-cpu': chart(
        'Processor time',
        '% of one processor',
        both({
          app: (run) => costOfApp(run).percent,
          scripts: (run) => costOfScripts(run).percent,
        }),
      ),
      'calls-memory': chart(
        'Memory',
        'MiB',
        both({ app: (run) => costOfApp(run).mib, scripts: (run) => costOfScripts(run).mib }),
      ),
      'calls-set-up': chart(
        'From lifting the receiver to the answer, 95 of 100 calls',
        'ms',
        both({ app: (run) => run.setUp?.p95 ?? 0, scripts: (run) => run.setUp?.p95 ?? 0 }),
      ),
    },
  };
}

interface Shown {
  readonly percent: number;
  readonly perCall: number;
  readonly mib: number;
  readonly asterisk: number;
}

function costOfApp({ cost, perCall }: Run): Shown {
  return {
    percent: cost.app.ownPercent + cost.app.childrenPercent,
    perCall: perCall.app.own + perCall.app.children,
    mib: cost.app.rss + cost.app.childrenPss,
    asterisk: cost.asterisk.ownPercent,
  };
}

function costOfScripts({ cost, perCall }: BaselineRun): Shown {
  return {
    percent: cost.asterisk.childrenPercent,
    perCall: perCall.asterisk.children,
    mib: cost.asterisk.childrenPss,
    asterisk: cost.asterisk.ownPercent,
  };
}

function rowOf(run: Run | BaselineRun, shown: Shown): string[] {
  const { atOnce, cost } = run;
  const ms = (spread: Spread | null, part: 'median' | 'p95'): string =>
    spread ? spread[part].toFixed(0) : '–';
  return [
    String(atOnce),
    run.keyed,
    String(run.calls),
    run.callsPerSecond.toFixed(1),
    String(run.failed),
    String(run.strangers),
    shown.percent.toFixed(1),
    (shown.percent / atOnce).toFixed(3),
    shown.perCall.toFixed(0),
    shown.mib.toFixed(0),
    shown.asterisk.toFixed(1),
    (cost.helper.ownPercent + cost.helper.childrenPercent).toFixed(1),
    ms(run.setUp, 'median'),
    ms(run.setUp, 'p95'),
    ms(run.keyToOpen, 'median'),
    ms(run.keyToOpen, 'p95'),
    cost.telephones.ownPercent.toFixed(1),
    run.machine.toFixed(0),
  ];
}
