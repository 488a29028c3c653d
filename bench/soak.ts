import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { extension, type Lab } from '../lab/lab.ts';
import { lineChart } from './chart.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { openHeap, type Heap } from './load/heap.ts';
import { callLength } from './load/level.ts';
import { openPhoneBank, type PhoneBank } from './load/phone-bank.ts';
import type { Plan } from './load/plan.ts';
import { lastCallOf, recordFaults } from './load/record.ts';
import { planCalls, typedAhead } from './load/travellers.ts';
import type { Result } from './result.ts';
import { fitLine } from './statistics.ts';
import { rssOf } from './usage.ts';
import { wordAfter } from './words.ts';

const usualCalls = '5000';
const usualLines = '45';
const timing = { toneMs: 70, gapMs: 60 } as const;
const stayMs = 200;
/** Short enough that grants end all the time, as many as begin. */
const openFor = 30;
/** This share of the calls warms everything up, and is not fitted. */
const warmUp = 0.2;
const looks = 40;

/** Memory in MiB when so many calls were over. */
interface Look {
  readonly calls: number;
  readonly rss: number;
  /** After a garbage collection. */
  readonly heap: number;
}

/** What must not grow. */
interface Left {
  readonly channels: number;
  readonly grants: number;
  readonly descriptors: Readonly<Record<'app' | 'helper' | 'asterisk', number>>;
}

/**
 * Thousands of short, complete calls: whether memory stays flat, and what they
 * leave behind. Words: `--calls 5000`, `--lines 50`.
 */
export async function soak(words: readonly string[]): Promise<Result> {
  const lines = Number(wordAfter(words, '--lines') ?? usualLines);
  const rounds = Math.ceil(Number(wordAfter(words, '--calls') ?? usualCalls) / lines);
  const { lab, users } = await startBenchLab(50, { access: { open_for: `${openFor}s` } });
  let bank: PhoneBank | undefined;
  let heap: Heap | undefined;
  try {
    bank = openPhoneBank(lab);
    heap = await openHeap(lab);
    const plan: Plan = {
      ...{ to: lab.line.to, from: lab.line.from, extension },
      ...{ timing, stayMs, patienceMs: 20_000 },
      lines: planCalls(users, lines, rounds, typedAhead),
      apartMs: 0,
    };
    const spread = { ...plan, apartMs: callLength(plan) / lines };
    // one call each, so that what is opened once is open
    await bank.run({ ...spread, lines: planCalls(users, lines, 1, typedAhead) }, 120_000);
    const before = { left: await leftAfter(lab, heap), call: await lastCallOf(lab) };
    const began = Date.now();
    const seen = await watch(lab, heap, bank, spread);
    const seconds = (Date.now() - began) / 1000;
    const after = await leftAfter(lab, heap);
    const faults = await recordFaults(lab, before.call, plan);
    return report({
      calls: lines * rounds,
      ...{ lines, seconds, ...seen, before: before.left, after, faults },
      soundFiles: readdirSync(lab.product.sounds, { recursive: true }).length,
      databaseMiB: statSync(lab.product.database).size / 2 ** 20,
    });
  } finally {
    heap?.stop();
    bank?.stop();
    await lab.stop();
  }
}

async function watch(lab: Lab, heap: Heap, bank: PhoneBank, plan: Plan) {
  const all = plan.lines.flat().length;
  const looked: Look[] = [];
  let looking = Promise.resolve();
  const look = async (calls: number): Promise<void> => {
    const rss = rssOf(lab.serve.pid) / 1024;
    looked.push({ calls, rss, heap: await heap.read() });
  };
  const { calls, strangers } = await bank.run(plan, 1_200_000, (done) => {
    if (done % Math.ceil(all / looks) !== 0) return;
    process.stdout.write(`\r${done} of ${all} calls `);
    const before = looking;
    looking = (async () => {
      await before;
      await look(done);
    })();
  });
  await looking;
  process.stdout.write('\n');
  return {
    looked,
    failed: calls.filter(({ openedAt }) => openedAt === null).length,
    wrong: strangers.length,
  };
}

/** Once all that ends by itself has ended. */
async function leftAfter(lab: Lab, heap: Heap): Promise<Left> {
  const active = async (): Promise<number> =>
    (await lab.rest('GET', '/v1/grants?state=active&limit=500')).body.items.length;
  const deadline = Date.now() + (openFor + 15) * 1000;
  while ((await active()) > 0 && Date.now() < deadline) await sleep(1000);
  await heap.read();
  const channels = /(\d+) active channel/.exec(await lab.asterisk.cli('core show channels count'));
  const descriptors = (pid: number): number => readdirSync(join('/proc', String(pid), 'fd')).length;
  return {
    channels: Number(channels?.[1]),
    grants: await active(),
    descriptors: {
      app: descriptors(lab.serve.pid),
      helper: descriptors(lab.helper.pid),
      asterisk: descriptors(lab.asterisk.pid),
    },
  };
}

interface Figures {
  readonly calls: number;
  readonly lines: number;
  readonly seconds: number;
  readonly failed: number;
  readonly wrong: number;
  readonly faults: readonly string[];
  readonly looked: readonly Look[];
  readonly before: Left;
  readonly after: Left;
  readonly soundFiles: number;
  readonly databaseMiB: number;
}

function report(figures: Figures): Result {
  const { calls, looked, before, after } = figures;
  const fitted = looked.filter((look) => look.calls >= calls * warmUp);
  const fit = (part: 'rss' | 'heap') =>
    fitLine(fitted.map((look) => [look.calls / 1000, look[part]] as const));
  const [rss, heap] = [fit('rss'), fit('heap')];
  const line = (what: string, { slope, start }: ReturnType<typeof fitLine>): string => {
    const end = start + (slope * calls) / 1000;
    const sign = slope < 0 ? '−' : '+';
    return `${what} ${end.toFixed(1)} MiB at the end, ${sign}${Math.abs(slope).toFixed(2)} MiB a 1,000 calls\n`;
  };
  const opened = (left: Left): string =>
    Object.entries(left.descriptors)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  process.stdout.write(`
${calls} calls, ${figures.lines} at once, in ${figures.seconds.toFixed(0)} s (${(calls / figures.seconds).toFixed(1)} a second): ${figures.failed} failed, ${figures.wrong} opened what was not keyed
its own record: ${figures.faults.join('; ') || 'every call opened, nothing refused on the way'}
memory of the app, line fitted after the first ${warmUp * 100} %:
${line('  heap after garbage collection', heap)}${line('  resident                     ', rss)}left behind: ${after.channels} channels, ${after.grants} grants; ${figures.soundFiles} sound files, database ${figures.databaseMiB.toFixed(1)} MiB
descriptors before: ${opened(before)}
            after:  ${opened(after)}
`);
  const points = (part: 'rss' | 'heap') => looked.map((look) => [look.calls, look[part]] as const);
  const chart = lineChart("The app's memory", { x: 'calls', y: 'MiB' }, [
    { name: 'resident', points: points('rss') },
    { name: 'heap after collection', points: points('heap') },
  ]);
  return { figures: { ...figures, slopes: { rss, heap } }, charts: { 'soak-memory': chart } };
}
