import { lineChart } from '../chart.ts';
import type { Memory } from '../memory.ts';
import type { Result } from '../result.ts';
import { percentilesOf } from '../statistics.ts';
import { table } from '../table.ts';
import type { Scenario } from './scenarios.ts';
import type { Done } from './work.ts';

/** What became of a scenario. */
export interface Outcome {
  readonly scenario: Scenario;
  /** ms since the bench began. */
  readonly began: number;
  readonly done: readonly Done[];
  /** Packets that the sender has counted, and how long it took for them. */
  readonly forged: number;
  readonly forgedNanoseconds: number;
  /** Packets that the server's link has counted, the caller's among them. */
  readonly arrived: number;
  /** The most, in MiB. */
  readonly memory: Memory;
  /** Of the window, by its sets. */
  readonly elements: Readonly<Record<string, number>>;
  /** That the kernel follows in the end. */
  readonly connections: number;
  /** More than before the window; at its end, and when it was over. */
  readonly kernelMiB: { readonly during: number; readonly after: number };
  readonly offered: 'the caller' | 'nobody' | 'SOMEBODY ELSE';
}

const verbs = ['open', 'renew', 'close'] as const;

export function report(outcomes: readonly Outcome[], of: { readonly sources: number }): Result {
  const runs = outcomes.map(({ scenario, done, forgedNanoseconds, ...rest }) => ({
    name: scenario.name,
    seconds: scenario.seconds,
    window: scenario.window,
    ...rest,
    perSecond: rest.forged > 0 ? (rest.forged / forgedNanoseconds) * 1e9 : 0,
    asDesigned: rest.offered === scenario.offered,
    unanswered: done.filter(({ took }) => took === null).length,
    ms: Object.fromEntries(verbs.map((verb) => [verb, percentilesOf(timesOf(done, verb))])),
  }));
  const count = (value: number): string => Math.round(value).toLocaleString('en-GB');
  const rows = runs.map((run) => [
    run.name,
    run.forged > 0 ? count(run.forged) : '–',
    run.perSecond > 0 && run.forged > 5000 ? count(run.perSecond) : '–',
    ...verbs.map((verb) => {
      const { p50 = 0, p99 = 0, max = 0 } = run.ms[verb] ?? {};
      return [p50, p99, max].map((value) => value.toFixed(1)).join(' / ');
    }),
    String(run.unanswered),
    `${run.memory.helper.toFixed(0)} + ${run.memory.children.toFixed(0)}`,
    count(Object.values(run.elements).reduce((sum, each) => sum + each, 0)),
    run.window ? `${run.kernelMiB.during.toFixed(1)}, ${run.kernelMiB.after.toFixed(1)}` : '–',
    count(run.connections),
    run.window ? `${run.offered}${run.asDesigned ? '' : ' (NOT as designed)'}` : '–',
  ]);
  const head = [
    ...['', 'forged', 'a second', 'open ms', 'renew ms', 'close ms', 'unanswered'],
    ...['helper MiB', 'elements', 'kernel MiB', 'connections', 'offered'],
  ];
  process.stdout.write(`
Forged senders: ${count(of.sources)}, half of them IPv6. ms are p50 / p99 / most, as the app waits; MiB of the helper and of
the programs that it has started; MiB of the kernel beyond those before, at the end of the window and after it.
${table(head, rows)}
`);
  return {
    figures: { ...of, runs },
    charts: {
      'flood-opens': lineChart(
        'Openings, one after the other, while senders are forged',
        { x: 'seconds', y: 'ms, as the app waits for it', log: 'y' },
        outcomes.map(({ scenario, done }) => ({
          name: scenario.name,
          points: done
            .filter(({ verb }) => verb === 'open')
            .flatMap(({ at, took }) =>
              took === null ? [] : [[since(outcomes, at), took] as const],
            ),
        })),
      ),
    },
  };
}

const since = (outcomes: readonly Outcome[], at: number): number =>
  (at - (outcomes[0]?.began ?? 0)) / 1000;

const timesOf = (done: readonly Done[], verb: Done['verb']): number[] =>
  done.flatMap((one) => (one.verb === verb && one.took !== null ? [one.took] : []));
