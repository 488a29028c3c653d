import { extension, type Lab } from '../lab/lab.ts';
import { agiExtension, startAgi } from './agi/start-agi.ts';
import { reportCalls, type BaselineRun, type CallsFigures, type Run } from './calls-report.ts';
import { startBenchLab } from './load/bench-lab.ts';
import { callLength, runLevel } from './load/level.ts';
import { openPhoneBank } from './load/phone-bank.ts';
import type { Plan } from './load/plan.ts';
import { lastCallOf, recordFaults } from './load/record.ts';
import { fromACard, planCalls, typedAhead, type Traveller } from './load/travellers.ts';
import { pinCost } from './pin-cost.ts';
import type { Result } from './result.ts';
import { wordAfter } from './words.ts';

const usualLevels = '10,50,100,200';
const usualRounds = '2';
const usersInAll = 40;
/** How long a caller listens after the opening, in ms. */
const stayMs = 6000;
/** A caller whose gate has not opened this long after the last key gives up, in ms. */
const patienceMs = 20_000;
const timing = { toneMs: 100, gapMs: 100 } as const;

interface Wanted {
  readonly atOnce: number;
  readonly rounds: number;
  readonly keyed: Run['keyed'];
}

/**
 * Many calls at once, each keyed in full: what dialgate costs, and beside it an
 * AGI script started for each call. Words: `--levels 10,50`, `--rounds 2`.
 */
export async function calls(words: readonly string[]): Promise<Result> {
  const levels = (wordAfter(words, '--levels') ?? usualLevels).split(',').map(Number);
  const rounds = Number(wordAfter(words, '--rounds') ?? usualRounds);
  const wanted: Wanted[] = levels.map((atOnce) => ({ atOnce, rounds, keyed: 'from a card' }));
  wanted.push({ atOnce: Math.min(100, ...levels.slice(-1)), rounds, keyed: 'typed ahead' });
  const { lab, users } = await startBenchLab(usersInAll);
  const dialgate: Run[] = [];
  const baseline: BaselineRun[] = [];
  try {
    for (const each of wanted) dialgate.push(await ofDialgate(lab, users, each));
    // from here on the machine, the network and the helper are the script's
    await lab.serve.stop();
    await lab.asterisk.stop();
    const asterisk = await startAgi(lab, users);
    try {
      for (const each of wanted) {
        const pids = { asterisk: asterisk.pid, helper: lab.helper.pid };
        const plan = planOf(lab, users, each, agiExtension);
        baseline.push({ ...(await run(lab, plan, pids, 'AGI')), keyed: each.keyed });
      }
    } finally {
      await asterisk.stop();
    }
  } finally {
    await lab.stop();
  }
  const figures: CallsFigures = { rounds, pinMs: await pinCost(), dialgate, baseline };
  return reportCalls(figures);
}

async function ofDialgate(lab: Lab, users: readonly Traveller[], wanted: Wanted): Promise<Run> {
  const plan = planOf(lab, users, wanted, extension);
  const before = await lastCallOf(lab);
  const pids = { app: lab.serve.pid, helper: lab.helper.pid, asterisk: lab.asterisk.pid };
  const level = await run(lab, plan, pids, 'dialgate');
  return { ...level, keyed: wanted.keyed, faults: await recordFaults(lab, before, plan) };
}

function planOf(
  lab: Lab,
  users: readonly Traveller[],
  { atOnce, rounds, keyed }: Wanted,
  called: string,
): Plan {
  const pace = keyed === 'from a card' ? fromACard : typedAhead;
  const lines = planCalls(users, atOnce, rounds, pace);
  // spread over one call's length, so that all are at different places of the call
  const apartMs = callLength({ lines, timing, stayMs }) / atOnce;
  return {
    ...{ to: lab.line.to, from: lab.line.from, extension: called },
    ...{ lines, apartMs, timing, stayMs, patienceMs },
  };
}

async function run<Name extends string>(
  lab: Lab,
  plan: Plan,
  pids: Readonly<Record<Name, number>>,
  what: string,
) {
  const bank = openPhoneBank(lab);
  try {
    return await runLevel(bank, plan, pids, (done, of) => {
      if (process.stdout.isTTY || done === of) {
        process.stdout.write(`\r${what}, ${plan.lines.length} at once: ${done} of ${of} calls `);
        if (done === of) process.stdout.write('\n');
      }
    });
  } finally {
    bank.stop();
  }
}
