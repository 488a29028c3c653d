import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Opening } from '../../src/domain/grant.ts';
import type { StandReport, SyncReport } from '../../src/domain/ports.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { startReconciler, type Reconciler } from '../../src/firewall/reconciler.ts';
import { entriesReconciliation, grantsReconciliation } from '../../src/firewall/reconciliations.ts';

const limits = {
  services: ['web'],
  longest: 3600,
  mostAddresses: 10,
  networks: true,
  standing: { most: 10, widest4: 16, widest6: 32 },
};

/** For what the machine does by itself, in milliseconds: it may be busy. */
const patient = { timeout: 10_000, interval: 5 };

/** The dry run, with the faults that a test wants. */
class TroubledFirewall extends DryRunFirewall {
  fail = false;
  syncs = 0;
  atOnce = 0;
  most = 0;
  disturb: () => void = () => {};

  override onDisturbed(listener: () => void): void {
    this.disturb = listener;
  }

  override async sync(openings: readonly Opening[]): Promise<SyncReport> {
    this.syncs++;
    this.most = Math.max(this.most, ++this.atOnce);
    await sleep(5);
    this.atOnce--;
    if (this.fail) throw new Error('no gate');
    return super.sync(openings);
  }
}

const opening: Opening = {
  address: '203.0.113.7' as Address,
  services: [{ service: 'web', seconds: 60 }],
};

let firewall: TroubledFirewall;
let reports: SyncReport[];
let said: string[];
let ended: boolean[];
let desired: Opening[];
let reconciler: Reconciler;

beforeEach(() => {
  firewall = new TroubledFirewall(limits, { now: () => 0 }, () => {});
  reports = [];
  said = [];
  ended = [];
  desired = [opening];
});

afterEach(() => reconciler.stop());

function start(every = 60): void {
  reconciler = startReconciler({
    firewall,
    what: 'The gate',
    reconcile: grantsReconciliation({
      firewall,
      desired: async () => desired,
      exclusively: (work) => work(),
      report: async (report) => void reports.push(report),
    }),
    every,
    ended: (well) => ended.push(well),
    log: (message) => said.push(message),
    pauses: { retry: 0.02, gather: 0.02 },
  });
}

it('syncs at start and reports only what changed', async () => {
  start();
  await reconciler.now();
  expect(firewall.syncs).toBe(2);
  expect(reports).toEqual([{ opened: ['203.0.113.7'], closed: [], failed: [] }]);
});

it('reports what fails when it becomes other, not at every run', async () => {
  const tooMany = (count: number): Opening[] =>
    Array.from({ length: limits.mostAddresses + count }, (_, n) => ({
      ...opening,
      address: `203.0.113.${n + 1}` as Address,
    }));
  const runs = async (wanted: Opening[]): Promise<number[]> => {
    desired = wanted;
    for (let n = 0; n < 4; n++) await reconciler.now();
    return reports.splice(0).map(({ failed }) => failed.length);
  };
  desired = tooMany(0);
  start();
  await reconciler.now();
  reports = [];
  expect(await runs(tooMany(1))).toEqual([1]);
  expect(await runs(tooMany(2))).toEqual([2]);
  // all is well again, which by itself is nothing that was healed
  expect(await runs(tooMany(0))).toEqual([]);
  expect(await runs(tooMany(1))).toEqual([1]);
  // what is opened is told, whatever fails as before
  await firewall.close('203.0.113.1' as Address);
  expect(await runs(tooMany(1))).toEqual([1]);
});

it('reports once more what fails where the report could not be kept', async () => {
  const told: number[] = [];
  const reconcile = grantsReconciliation({
    firewall: {
      sync: async () => ({ opened: [], closed: [], failed: [{ address: '1', reason: 'full' }] }),
    },
    desired: async () => [],
    exclusively: (work) => work(),
    report: async ({ failed }) => {
      told.push(failed.length);
      if (told.length === 1) throw new Error('disk');
    },
  });
  start();
  await expect(reconcile()).rejects.toThrow('disk');
  await reconcile();
  await reconcile();
  expect(told).toEqual([1, 1]);
});

it('tells how each run ended', async () => {
  firewall.fail = true;
  start();
  await reconciler.now();
  firewall.fail = false;
  await reconciler.now();
  expect(ended).toContain(false);
  expect(ended.at(-1)).toBe(true);
});

it('runs on its timer', async () => {
  start(0.03);
  await expect.poll(() => firewall.syncs, patient).toBeGreaterThan(3);
});

it('asks for its next run once, also where that is a month away', async () => {
  const month = 30 * 86_400;
  const waits: number[] = [];
  reconciler = startReconciler({
    firewall,
    what: 'The gate',
    reconcile: async () => void firewall.syncs++,
    every: month,
    log: (message) => said.push(message),
    timer: (seconds) => {
      waits.push(seconds);
      return { cancel: () => undefined };
    },
  });
  await reconciler.now();
  expect([firewall.syncs, waits]).toEqual([2, [month, month]]);
});

it('gathers disturbances into one run, and never overlaps', async () => {
  start();
  await sleep(15);
  for (let n = 0; n < 50; n++) firewall.disturb();
  await sleep(100);
  expect(firewall.syncs).toBe(2);
  await Promise.all(Array.from({ length: 20 }, () => reconciler.now()));
  expect(firewall.syncs).toBeLessThanOrEqual(4);
  expect(firewall.most).toBe(1);
});

it('is not starved by disturbances without end', async () => {
  start();
  const storm = setInterval(() => firewall.disturb(), 2);
  await expect.poll(() => firewall.syncs, patient).toBeGreaterThan(3);
  clearInterval(storm);
});

it('retries soon after a failure and says it once, then that it is over', async () => {
  firewall.fail = true;
  start();
  await expect.poll(() => firewall.syncs, patient).toBeGreaterThan(2);
  expect(said).toHaveLength(1);
  firewall.fail = false;
  await expect.poll(() => said.length, patient).toBe(2);
  expect(await firewall.list()).toHaveLength(1);
});

it('survives a database that fails', async () => {
  desired = null as unknown as Opening[];
  start();
  await reconciler.now();
  expect(said).toHaveLength(1);
  desired = [opening];
  await reconciler.now();
  expect(await firewall.list()).toHaveLength(1);
});

it('reads and syncs inside the lock', async () => {
  const order: string[] = [];
  reconciler = startReconciler({
    firewall,
    what: 'The gate',
    reconcile: grantsReconciliation({
      firewall,
      desired: async () => (order.push('read'), desired),
      exclusively: async (work) => {
        order.push('locked');
        const result = await work();
        order.push('free');
        return result;
      },
      report: async () => void order.push('reported'),
    }),
    every: 60,
    log: () => {},
  });
  await reconciler.stop();
  expect(order).toEqual(['locked', 'read', 'free', 'reported']);
});

it('starts nothing once stopped', async () => {
  start(0.01);
  await reconciler.stop();
  const { syncs } = firewall;
  firewall.disturb();
  await reconciler.now();
  await sleep(60);
  expect(firewall.syncs).toBe(syncs);
});

it('makes what stands match the entries, and tells of every run', async () => {
  const standing = { target: '198.51.100.0/24', services: ['web'], until: null };
  const told: StandReport[] = [];
  let wanted = [standing];
  reconciler = startReconciler({
    firewall,
    what: 'The standing entries',
    reconcile: entriesReconciliation({
      firewall,
      desired: async () => wanted,
      report: (report) => void told.push(report),
    }),
    every: 60,
    log: (message) => said.push(message),
    pauses: { retry: 0.02, gather: 0.02 },
  });
  await reconciler.now();
  expect(told.map(({ added, removed }) => [added, removed])).toEqual([
    [1, 0],
    [0, 0],
  ]);
  wanted = [{ ...standing, target: '203.0.113.7' }];
  for (let n = 0; n < 50; n++) reconciler.soon();
  await expect.poll(() => told.length, patient).toBe(3);
  expect(told.slice(2).map(({ added, removed }) => [added, removed])).toEqual([[1, 1]]);
  expect(said).toEqual([]);
});

it('leaves time for all else when a run takes long and is asked for again and again', async () => {
  let runs = 0;
  reconciler = startReconciler({
    firewall,
    what: 'The standing entries',
    reconcile: async () => {
      runs++;
      await sleep(40);
    },
    every: 60,
    longestGather: 3,
    log: () => {},
    pauses: { retry: 0.02, gather: 0.001 },
  });
  await reconciler.now();
  const before = runs;
  const storm = setInterval(() => reconciler.soon(), 2);
  await sleep(600);
  clearInterval(storm);
  // each takes 40 ms and waits for 160 ms: without the wait there would be a dozen
  expect(runs - before).toBeGreaterThan(1);
  expect(runs - before).toBeLessThan(6);
});

it('lets neither of two reconcilers wait for the other', async () => {
  start();
  await reconciler.now();
  const stuck = startReconciler({
    firewall,
    what: 'The standing entries',
    reconcile: entriesReconciliation({
      firewall: { stand: () => new Promise(() => {}) },
      desired: async () => [],
      report: () => {},
    }),
    every: 60,
    log: () => {},
  });
  const { syncs } = firewall;
  await reconciler.now();
  expect(firewall.syncs).toBe(syncs + 1);
  expect(stuck).toBeDefined();
});
