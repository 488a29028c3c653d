import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Opening } from '../../src/domain/grant.ts';
import type { SyncReport } from '../../src/domain/ports.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { startReconciler, type Reconciler } from '../../src/firewall/reconciler.ts';

const limits = { services: ['web'], longest: 3600, mostAddresses: 10, networks: true };

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
let desired: Opening[];
let reconciler: Reconciler;

beforeEach(() => {
  firewall = new TroubledFirewall(limits, { now: () => 0 }, () => {});
  reports = [];
  said = [];
  desired = [opening];
});

afterEach(() => reconciler.stop());

function start(every = 60): void {
  reconciler = startReconciler({
    firewall,
    desired: async () => desired,
    exclusively: (work) => work(),
    report: async (report) => void reports.push(report),
    every,
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

it('runs on its timer', async () => {
  start(0.03);
  await sleep(250);
  expect(firewall.syncs).toBeGreaterThan(3);
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
  await sleep(300);
  clearInterval(storm);
  expect(firewall.syncs).toBeGreaterThan(3);
});

it('retries soon after a failure and says it once, then that it is over', async () => {
  firewall.fail = true;
  start();
  await sleep(200);
  expect(firewall.syncs).toBeGreaterThan(2);
  expect(said).toHaveLength(1);
  firewall.fail = false;
  await sleep(100);
  expect(said).toHaveLength(2);
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
    desired: async () => (order.push('read'), desired),
    exclusively: async (work) => {
      order.push('locked');
      const result = await work();
      order.push('free');
      return result;
    },
    report: async () => void order.push('reported'),
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
