import { costBetween, machineBetween, watchUsage, type Cost } from '../usage.ts';
import { spreadOf, type Spread } from '../statistics.ts';
import type { CallResult, PhoneBank } from './phone-bank.ts';
import type { Plan } from './plan.ts';

/** So many calls at once, kept up for a while. */
export interface Level<Name extends string> {
  readonly atOnce: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Not answered, or not opened. */
  readonly failed: number;
  /** Opened, but not what the caller had keyed. */
  readonly strangers: number;
  readonly cost: Readonly<Record<Name | 'telephones', Cost>>;
  /** Processor time for one call, in ms, over the whole run. */
  readonly perCall: Readonly<
    Record<Name | 'telephones', { readonly own: number; readonly children: number }>
  >;
  /** How busy the machine was, whoever it was for, in percent of one processor. */
  readonly machine: number;
  /** From lifting the receiver to the answer, in ms. */
  readonly setUp: Spread | null;
  /** From the end of the last key to the kernel's confirmation, in ms. */
  readonly keyToOpen: Spread | null;
}

/** Runs the plan while watching these processes. Costs are taken while all lines are busy. */
export async function runLevel<Name extends string>(
  bank: PhoneBank,
  plan: Plan,
  pids: Readonly<Record<Name, number>>,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<Level<Name>> {
  const all = plan.lines.flat();
  const rounds = Math.max(...plan.lines.map((line) => line.length));
  const longest = plan.lines.length * plan.apartMs + rounds * longestCall(plan) + 10_000;
  const names = { ...pids, telephones: bank.pid } as Record<Name | 'telephones', number>;
  const watch = watchUsage<Name | 'telephones'>(names);
  let outcome;
  try {
    outcome = await bank.run(plan, longest, (done) => progress(done, all.length));
  } finally {
    watch.stop();
  }
  const byId = new Map(outcome.calls.map((call) => [call.id, call]));
  const lines = plan.lines.map((line) => line.map(({ id }) => byId.get(id)));
  const from = Math.max(...lines.map((line) => line[0]?.beganAt ?? 0));
  const to = Math.min(...lines.map((line) => line.at(-1)?.endedAt ?? Number.POSITIVE_INFINITY));
  const inAll = { from: watch.samples[0]?.at ?? 0, to: watch.samples.at(-1)?.at ?? 0 };
  // a level that has failed badly may have no time when all lines were busy
  const busy = to - from >= 2000 && Number.isFinite(to) ? { from, to } : inAll;
  const cost = {} as Record<Name | 'telephones', Cost>;
  const perCall = {} as Record<Name | 'telephones', { own: number; children: number }>;
  for (const name of Object.keys(names) as (Name | 'telephones')[]) {
    cost[name] = costBetween(watch.samples, name, busy.from, busy.to);
    const whole = costBetween(watch.samples, name, inAll.from, inAll.to);
    const ms = (percent: number): number =>
      ((percent / 100) * (inAll.to - inAll.from)) / all.length;
    perCall[name] = { own: ms(whole.ownPercent), children: ms(whole.childrenPercent) };
  }
  const ended = outcome.calls.filter(({ endedAt }) => endedAt !== null && endedAt >= busy.from);
  const within = ended.filter(({ endedAt }) => (endedAt ?? 0) <= busy.to).length;
  return {
    atOnce: plan.lines.length,
    calls: all.length,
    callsPerSecond: within / ((busy.to - busy.from) / 1000),
    failed: outcome.calls.filter(({ openedAt }) => openedAt === null).length,
    strangers: outcome.strangers.length,
    cost,
    perCall,
    machine: machineBetween(watch.samples, busy.from, busy.to),
    setUp: spreadOrNull(outcome.calls, ({ setUpMs }) => setUpMs),
    keyToOpen: spreadOrNull(outcome.calls, ({ keyedAt, openedAt }) =>
      keyedAt === null || openedAt === null ? null : openedAt - keyedAt,
    ),
  };
}

function spreadOrNull(
  calls: readonly CallResult[],
  value: (call: CallResult) => number | null,
): Spread | null {
  const values = calls.map(value).filter((each) => each !== null);
  return values.length > 0 ? spreadOf(values) : null;
}

/** How long a call of this plan takes at most: everything keyed, and all patience used. */
function longestCall(plan: Plan): number {
  return callLength(plan) + plan.patienceMs + 12_000;
}

/** How long a call of this plan usually takes, in ms. */
export function callLength({ lines, timing, stayMs }: Pick<Plan, 'lines' | 'timing' | 'stayMs'>) {
  const steps = lines[0]?.[0]?.steps ?? [];
  const keying = steps.map(
    ({ waitMs, keys }) => waitMs + keys.length * (timing.toneMs + timing.gapMs),
  );
  return keying.reduce((sum, ms) => sum + ms, stayMs + 150);
}
