import { readdirSync, readFileSync } from 'node:fs';
import type { Address } from '../src/domain/address.ts';
import type { Standing } from '../src/domain/entry.ts';
import { startLoneHelper, type LoneHelper } from './lone-helper.ts';
import type { Result } from './result.ts';
import { heading, row, spreadOf } from './statistics.ts';
import { rssOf } from './usage.ts';
import { wordAfter } from './words.ts';

const usualEntries = 100_000;
const opens = 200;
const rounds = 3;

/**
 * Nine in ten IPv4 hosts, the others IPv6 hosts but for `networks`. A host has an
 * element in the kernel for each of the services.
 */
function entriesOf(count: number, networks: number, services: readonly string[]): Standing[] {
  return Array.from({ length: count }, (_, n) => ({
    target: targetOf(n, networks),
    services,
    until: null,
  }));
}

function targetOf(n: number, networks: number): string {
  // of 198.18.0.0/15, for benchmarks (RFC 2544), there is not enough
  if (n < networks) return `100.${64 + (n >> 12)}.${(n >> 4) & 255}.${(n & 15) << 4}/28`;
  if (n % 10 === 9) return `2001:db8:${((n >> 16) + 1).toString(16)}:${hex(n)}::1`;
  return `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
}

const hex = (n: number): string => (n & 0xffff).toString(16);

/** What 100,000 standing entries cost. Words: `--entries 100000`, `--networks 1000`, `--services sip,web`. */
export async function standing(words: readonly string[]): Promise<Result> {
  const count = Number(wordAfter(words, '--entries') ?? usualEntries);
  const networks = Number(wordAfter(words, '--networks') ?? Math.min(1000, count / 10));
  const services = (wordAfter(words, '--services') ?? 'sip').split(',');
  const entries = [
    ...new Map(entriesOf(count, networks, services).map((e) => [e.target, e])).values(),
  ];
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
    return { figures };
  } finally {
    await full.stop();
    await none.stop();
  }
}

async function stand(helper: LoneHelper, entries: readonly Standing[]): Promise<void> {
  const { failed } = await helper.client.stand(entries);
  if (failed.length > 0) throw new Error(`${failed[0]?.target}: ${failed[0]?.reason}`);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function several(times: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await milliseconds(() => work(n)));
  return all;
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
): Promise<Record<Name, ReturnType<typeof spreadOf>>> {
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
    ReturnType<typeof spreadOf>
  >;
}

/** As the app waits for them: the helper is busy with the list meanwhile. */
async function openDuringLoad(
  helper: LoneHelper,
  entries: readonly Standing[],
  times: number[],
): Promise<ReturnType<typeof spreadOf>> {
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

/** The most that the helper, and the programs that it starts together, have had. MiB. */
function watchMemory(helper: LoneHelper): { stop: () => { helper: number; children: number } } {
  const most = { helper: 0, children: 0 };
  const timer = setInterval(() => {
    most.helper = Math.max(most.helper, rssOf(helper.pid) / 1024);
    const children = below(helper.pid).reduce((sum, pid) => sum + rssOf(pid), 0);
    most.children = Math.max(most.children, children / 1024);
  }, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}

/** All that it has started, at any depth. */
function below(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .map(Number)
      .flatMap((child) => (child > 0 ? [child, ...below(child)] : []));
  } catch {
    return []; // it has ended meanwhile
  }
}
