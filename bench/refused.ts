import { extension, type Lab } from '../lab/lab.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { openPhoneBank, type Outcome } from './load/phone-bank.ts';
import type { Plan } from './load/plan.ts';
import { planCalls, typedAhead } from './load/travellers.ts';
import type { Result } from './result.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { table } from './table.ts';
import { costBetween, watchUsage, type Cost } from './usage.ts';
import { wordAfter } from './words.ts';

const usualRates = '20,50,100,200';
/** How long each rate is kept up. */
const seconds = 10;
/** Nobody has it: Asterisk refuses these calls by itself, and dialgate never hears of them. */
const nobodysExtension = '5550145';

/** One call a minute is let in, so that hardly any of a flood is. */
const refuseNearlyAll = { admission: { per_minute: 1 } };

interface Run {
  readonly by: 'dialgate' | 'Asterisk alone';
  readonly perSecond: number;
  readonly calls: number;
  /** SIP status of the refusals, and how many. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly answered: number;
  readonly refusedAfter: Spread | null;
  readonly app: Cost;
  readonly asterisk: Cost;
  readonly telephones: Cost;
  /** Rows that the audit log has grown by. */
  readonly auditRows: number;
}

/** What refusing calls costs, at several rates. Words: `--rates 20,50`. */
export async function refused(words: readonly string[]): Promise<Result> {
  const rates = (wordAfter(words, '--rates') ?? usualRates).split(',').map(Number);
  const { lab } = await startBenchLab(1, refuseNearlyAll);
  const runs: Run[] = [];
  try {
    // the first calls warm everything up and are not counted
    await measure(lab, 'dialgate', 20);
    for (const by of ['dialgate', 'Asterisk alone'] as const) {
      for (const rate of rates) runs.push(await measure(lab, by, rate));
    }
  } finally {
    await lab.stop();
  }
  return report(runs);
}

async function measure(lab: Lab, by: Run['by'], perSecond: number): Promise<Run> {
  const plan: Plan = {
    ...{ to: lab.line.to, from: lab.line.from },
    extension: by === 'dialgate' ? extension : nobodysExtension,
    lines: callsWithoutKeys(lab, perSecond),
    ...{ apartMs: 1000 / perSecond, everyMs: 1000 },
    timing: { toneMs: 0, gapMs: 0 },
    // whoever is answered hangs up at once
    ...{ stayMs: 0, patienceMs: 0 },
  };
  const bank = openPhoneBank(lab);
  const rowsBefore = await lastRow(lab);
  const watch = watchUsage({
    app: lab.serve.pid,
    asterisk: lab.asterisk.pid,
    telephones: bank.pid,
  });
  let outcome: Outcome;
  try {
    outcome = await bank.run(plan, (seconds + 30) * 1000);
  } finally {
    watch.stop();
    bank.stop();
  }
  const refusals = outcome.calls.filter(({ status }) => status !== null);
  const statuses: Record<string, number> = {};
  for (const { status } of refusals) statuses[String(status)] = (statuses[String(status)] ?? 0) + 1;
  const times = refusals.flatMap(({ setUpMs }) => (setUpMs === null ? [] : [setUpMs]));
  const { samples } = watch;
  const [from, to] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0];
  process.stdout.write(`${by}, ${perSecond} calls a second: done\n`);
  return {
    ...{ by, perSecond, statuses },
    calls: outcome.calls.length,
    answered: outcome.calls.filter(({ answeredAt }) => answeredAt !== null).length,
    refusedAfter: times.length > 0 ? spreadOf(times) : null,
    app: costBetween(samples, 'app', from, to),
    asterisk: costBetween(samples, 'asterisk', from, to),
    telephones: costBetween(samples, 'telephones', from, to),
    auditRows: (await lastRow(lab)) - rowsBefore,
  };
}

const callsWithoutKeys = (lab: Lab, lines: number): Plan['lines'] =>
  planCalls([lab.user], lines, seconds, typedAhead).map((line) =>
    line.map((call) => ({ ...call, steps: [] })),
  );

async function lastRow(lab: Lab): Promise<number> {
  return (await lab.rest('GET', '/v1/audit?limit=1')).body.items[0]?.seq ?? 0;
}

function report(runs: readonly Run[]): Result {
  const head = [
    ...['by', 'calls/s', 'refused', 'answered', 'SIP', 'after p50 ms', 'p95'],
    ...['app %', 'ms a call', 'app MiB', 'Asterisk %', 'audit rows', 'telephones %'],
  ];
  const ms = (value: number | undefined): string => value?.toFixed(1) ?? '–';
  const rows = runs.map((run) => [
    run.by,
    String(run.perSecond),
    String(run.calls - run.answered),
    String(run.answered),
    Object.keys(run.statuses).join(' ') || '–',
    ms(run.refusedAfter?.median),
    ms(run.refusedAfter?.p95),
    run.app.ownPercent.toFixed(1),
    ((run.app.ownPercent * 10) / run.perSecond).toFixed(2),
    run.app.rss.toFixed(0),
    run.asterisk.ownPercent.toFixed(1),
    String(run.auditRows),
    run.telephones.ownPercent.toFixed(1),
  ]);
  process.stdout.write(
    `\nCalls refused before they are answered, for ${seconds} s; 100 % is one processor\n${table(head, rows)}\n`,
  );
  return { figures: { seconds, runs } };
}
