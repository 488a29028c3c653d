import type { Address } from '../src/domain/address.ts';
import type { Standing } from '../src/domain/entry.ts';
import { barChart, type Bar } from './bars.ts';
import { lineChart } from './chart.ts';
import { hostTarget, hostTarget6, networkTarget, stand, standingFor } from './entries.ts';
import { startLoneHelper, type LoneHelper } from './lone-helper.ts';
import { watchMemory, type MemoryWatch } from './memory.ts';
import type { Result } from './result.ts';
import { heading, row, spreadOf, type Spread } from './statistics.ts';
import { milliseconds, several } from './times.ts';
import { rssOf } from './usage.ts';
import { wordAfter } from './words.ts';

const usualEntries = 100_000;
const opens = 200;
const rounds = 3;

/** Nine in ten IPv4 hosts, the others IPv6 hosts but for `networks`. */
const entriesOf = (count: number, networks: number, services: readonly string[]): Standing[] =>
  standingFor(
    Array.from({ length: count }, (_, n) => {
      if (n < networks) return networkTarget(n);
      return n % 10 === 9 ? hostTarget6(n) : hostTarget(n);
    }),
    services,
  );

/** What 100,000 standing entries cost. Words: `--entries 100000`, `--networks 1000`, `--services sip,web`. */
export async function standing(words: readonly string[]): Promise<Result> {
  const count = Number(wordAfter(words, '--entries') ?? usualEntries);
  const networks = Number(wordAfter(words, '--networks') ?? Math.min(1000, count / 10));
  const services = (wordAfter(words, '--services') ?? 'sip').split(',');
  const entries = entriesOf(count, networks, services);
  const limits = { standing: { most: count, widest4: 16, widest6: 32 } };
  const times: number[] = [];
  const full = await startLoneHelper(limits, ({ kernel }) => void times.push(kernel / 1000));
  const none = await startLoneHelper(limits, ({ kernel }) => void times.push(kernel / 1000));
  try {
    const atFirst = rssOf(full.pid);
    const memory = watchMemory(full);
    const load: number[] = [];
    const unload: number[] = [];
    for (let round = 0; round < rounds; round++) {
      load.push(await milliseconds(() => stand(full, entries)));
      if (round < rounds - 1) unload.push(await milliseconds(() => stand(full, [])));
    }
    const nothing = await several(10, () => stand(full, entries));
    const one = { ...entries[0], target: '203.0.113.7' } as Standing;
    const change = await several(6, (n) =>
      stand(full, n % 2 === 0 ? [...entries, one].slice(1) : entries),
    );
    const hostChange = await several(6, (n) =>
      stand(full, n % 2 === 0 ? entries.slice(0, -1) : entries),
    );
    const open = await openSideBySide({ none, full }, times);
    const duringLoad = await openDuringLoad(full, entries, times);
    await stand(full, entries);
    const restart = await full.restart();
    const boot = await full.restart(() => full.nft('flush', 'ruleset'));
    const helperPeak = memory.stop();
    const figures = {
      entries: entries.length,
      networks,
      services,
      load: spreadOf(load),
      unload: spreadOf(unload),
      nothingToDo: spreadOf(nothing),
      oneNetworkAndOneHost: spreadOf(change),
      oneHost: spreadOf(hostChange),
      open,
      duringLoad,
      restart,
      boot,
      memoryMiB: { atFirst: atFirst / 1024, ...helperPeak },
    };
    process.stdout.write(
      `${[
        `Standing entries: ${entries.length}, of which ${networks} networks, for ${services.join(' and ')}`,
        heading,
        row('loaded from nothing', figures.load),
        row('all taken out', figures.unload),
        row('reconciled, nothing to do', figures.nothingToDo),
        row('one host more or less', figures.oneHost),
        row('one host and one network', figures.oneNetworkAndOneHost),
        row('one open, none standing', open.none),
        row('one open, all standing', open.full),
        row('one open, while all are loaded', duringLoad),
        `restart of the helper ${restart.toFixed(0)} ms, after a flush (boot) ${boot.toFixed(0)} ms`,
        `memory of the helper, MiB: ${(atFirst / 1024).toFixed(0)} at first, ${helperPeak.helper.toFixed(0)} at most; ` +
          `its children together ${helperPeak.children.toFixed(0)} at most`,
      ].join('\n')}\n`,
    );
    return { figures, charts: chartsOf(figures, memory.course) };
  } finally {
    await full.stop();
    await none.stop();
  }
}

const openingOf = (n: number) => ({
  address: `203.0.113.${n % 250}` as Address,
  services: [
    { service: 'sip', seconds: 60 },
    { service: 'web', seconds: 60 },
  ],
});

/** The helper's own time in nft and the kernel, by turns at one and at the other. */
async function openSideBySide<Name extends string>(
  helpers: Readonly<Record<Name, LoneHelper>>,
  times: number[],
): Promise<Record<Name, Spread>> {
  const all = new Map<string, number[]>();
  for (let n = 0; n < opens; n++) {
    for (const [name, helper] of Object.entries<LoneHelper>(helpers)) {
      times.length = 0;
      await helper.client.open(openingOf(n));
      // the first warm everything up and are not counted
      if (n >= 20) all.set(name, [...(all.get(name) ?? []), ...times]);
      await helper.client.close(openingOf(n).address);
    }
  }
  return Object.fromEntries([...all].map(([name, values]) => [name, spreadOf(values)])) as Record<
    Name,
    Spread
  >;
}

/** As the app waits for them: the helper is busy with the list meanwhile. */
async function openDuringLoad(
  helper: LoneHelper,
  entries: readonly Standing[],
  times: number[],
): Promise<Spread> {
  times.length = 0;
  await stand(helper, []);
  const state = { loading: true };
  const load = stand(helper, entries).finally(() => (state.loading = false));
  load.catch(() => undefined); // awaited below, if the opens succeed
  const waited: number[] = [];
  for (let n = 0; state.loading; n++) {
    waited.push(await milliseconds(() => helper.client.open(openingOf(n))));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await load;
  return spreadOf(waited);
}

function chartsOf(
  figures: Readonly<
    Record<'load' | 'unload' | 'nothingToDo' | 'oneHost' | 'oneNetworkAndOneHost', Spread>
  > & {
    readonly entries: number;
    readonly open: Readonly<Record<'none' | 'full', Spread>>;
    readonly duringLoad: Spread;
  },
  course: MemoryWatch['course'],
): Record<string, string> {
  const all = figures.entries.toLocaleString('en-GB');
  const bar = (name: string, spread: Spread): Bar => ({ name, ...spread });
  return {
    'standing-times': barChart(`${all} standing entries`, 'milliseconds: median, least and most', [
      bar('loaded from nothing', figures.load),
      bar('all taken out', figures.unload),
      bar('reconciled, nothing to do', figures.nothingToDo),
      bar('one host more or less', figures.oneHost),
      bar('one host and one network', figures.oneNetworkAndOneHost),
    ]),
    'standing-opens': barChart(
      'Opening one address',
      'milliseconds: median, least and 95 in a hundred',
      [
        bar('nothing stands', upTo95(figures.open.none)),
        bar(`${all} entries stand`, upTo95(figures.open.full)),
      ],
    ),
    'standing-memory': lineChart(
      `Memory, while ${all} entries come and go`,
      { x: 'seconds', y: 'MiB, resident' },
      [
        { name: 'helper', points: course.map(({ seconds, helper }) => [seconds, helper]) },
        {
          name: 'programs that it starts',
          points: course.map(({ seconds, children }) => [seconds, children]),
        },
      ],
    ),
  };
}

/** A single straggler would make both bars too short to be compared. */
const upTo95 = ({ p95, ...others }: Spread): Spread => ({ ...others, p95, max: p95 });
