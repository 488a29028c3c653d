import { establish, isLetIn, kinds, writeFrames, type Kind } from './packets/kinds.ts';
import { makeEnd, makeLane, makeSender, type Lane } from './packets/lane.ts';
import { report, type Cell } from './packets/report.ts';
import { send, type Burst, type Job } from './packets/sender.ts';
import { noRules, onlyTracked, setUp, waysWith, type Way } from './packets/ways.ts';
import { removeAll } from './removal.ts';
import type { Result } from './result.ts';
import { makeScratch } from './scratch.ts';
import { wordAfter } from './words.ts';

const usualSizes = '10,1000,10000,100000';
const usualRounds = '200';
/** Packets of a burst; some 5 ms. */
const burst = 1500;
/** Where a chain is read rule by rule a packet takes longer, and fewer are enough. */
const burstOf = ({ kind, entries }: Way, { established }: Kind): number =>
  kind === 'iptables' && !established
    ? Math.max(6, Math.floor(burst / (1 + entries / 100)))
    : burst;

interface Counts {
  readonly arrived: number;
  /** Of those, the ones that all rules let through. */
  readonly passed: number;
}

interface Measured {
  readonly way: Way;
  readonly lane: Lane;
  readonly counts: () => Promise<Counts>;
  /** ms */
  readonly setUp: number;
  readonly jobs: readonly { readonly kind: Kind; readonly job: Job }[];
}

/**
 * What a packet costs on its way through the rules, by the number of entries. Words:
 * `--sizes 10,1000`, `--rounds 200`.
 */
export async function packetCost(words: readonly string[]): Promise<Result> {
  const sizes = (wordAfter(words, '--sizes') ?? usualSizes).split(',').map(Number);
  const rounds = Number(wordAfter(words, '--rounds') ?? usualRounds);
  const ways = [noRules, onlyTracked, ...sizes.flatMap(waysWith)];
  const scratch = makeScratch();
  const sender = await makeSender();
  const measured: Measured[] = [];
  try {
    for (const [n, way] of ways.entries()) {
      const lane = await makeLane(sender, n);
      const jobs = kinds.map((kind) => ({
        kind,
        job: {
          interface: lane.interface,
          frames: writeFrames(scratch.folder, way, kind),
          count: burstOf(way, kind),
        },
      }));
      const { passed } = await makeEnd(lane.server);
      const counts = async () => ({ arrived: await lane.arrived(), passed: await passed() });
      const took = await setUp(way, lane.server, scratch.folder);
      const entry = { way, lane, counts, setUp: took, jobs };
      measured.push(entry);
      // what tracks no connections has nothing to be told of them
      if (way.kind === 'none') continue;
      for (const kind of kinds.filter(({ established }) => established))
        await establish(lane, way, kind);
      process.stdout.write(
        `${way.name} ${way.entries || ''}: set up in ${entry.setUp.toFixed(0)} ms\n`,
      );
    }
    // one kind after the other, so that each burst comes right after the same kind elsewhere
    const jobs = kinds.flatMap((_, k) => measured.flatMap((one) => one.jobs[k]?.job ?? []));
    // the first warm everything up and are not counted
    await send(sender, jobs, { rounds: 3, seconds: 30 }).done;
    const before = await Promise.all(measured.map(({ counts }) => counts()));
    const bursts = await send(sender, jobs, { rounds, seconds: 200 }).done;
    const cells: Cell[] = [];
    for (const [n, one] of measured.entries()) {
      const own = cellsOf(one, bursts);
      checkCounts(one.way, own, before[n], await one.counts());
      cells.push(...own);
    }
    return report(cells, sizes);
  } finally {
    await removeAll([...measured.map(({ lane }) => lane), sender, scratch]);
  }
}

/**
 * Processor time is the sharper figure, as it leaves out what others do meanwhile. But there are
 * kernels that count the receiver's part apart (IRQ_TIME_ACCOUNTING): then it misses even from an
 * undisturbed burst.
 */
function sharperClock(bursts: readonly Burst[]): 'worked' | 'nanoseconds' {
  const share = Math.max(...bursts.map(({ worked, nanoseconds }) => worked / nanoseconds));
  return share > 0.95 ? 'worked' : 'nanoseconds';
}

function cellsOf({ way, jobs, setUp: took }: Measured, bursts: readonly Burst[]): Cell[] {
  const clock = sharperClock(bursts);
  return jobs.map(({ kind, job }) => {
    const own = bursts.filter((each) => each.job === job);
    return {
      way,
      kind,
      setUpMs: took,
      packets: own.reduce((sum, { packets }) => sum + packets, 0),
      nanoseconds: own.map((each) => each[clock] / each.packets),
    };
  });
}

/** The figures are of nothing unless every packet came, and went the way that is meant. */
function checkCounts(
  way: Way,
  cells: readonly Cell[],
  before: Counts | undefined,
  now: Counts,
): void {
  const sum = (some: readonly Cell[]): number =>
    some.reduce((all, { packets }) => all + packets, 0);
  const arrived = now.arrived - (before?.arrived ?? 0);
  const passed = now.passed - (before?.passed ?? 0);
  const shouldPass = sum(cells.filter(({ kind }) => isLetIn(way, kind)));
  if (arrived !== sum(cells) || passed !== shouldPass) {
    throw new Error(
      `${way.name}, ${way.entries} entries: ${arrived} packets came and ${passed} were let in, not ${sum(cells)} and ${shouldPass}`,
    );
  }
}
