import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEntries, type Entries } from '../../src/access/entries.ts';
import { createGate } from '../../src/access/gate.ts';
import { startReconcilers } from '../../src/bin/reconcilers.ts';
import type { Address } from '../../src/domain/address.ts';
import type { AuditKind } from '../../src/domain/attempt.ts';
import type { Stores } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/domain/time.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { createMeters } from '../../src/http/metrics/meters.ts';
import { createNames } from '../../src/names/resolver.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { startDnsServer, type DnsServer } from '../fixtures/dns-server.ts';
import { freeUdpPort } from '../fixtures/free-ports.ts';
import { testSeal } from '../fixtures/record-seal.ts';

/** The standing entries of a server, from the record to the gate, with a real database and real DNS. */

const limits = {
  services: ['web', 'sip'],
  longest: 3600,
  mostAddresses: 10,
  networks: false,
  standing: { most: 3, widest4: 16, widest6: 32 },
};
const addressRules = () => ({ own: [], alsoAllowed: [] });

let folder: string;
let said: string[];
let firewall: DryRunFirewall;
let stores: Stores & { close(): void };
let entries: Entries;
let stop: () => Promise<void>;
let logged: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-entries-'));
  said = [];
  logged = '';
  firewall = new DryRunFirewall(limits, systemClock, (text) => said.push(text));
});
afterEach(async () => {
  await stop();
  stores.close();
  rmSync(folder, { recursive: true });
});

function start(dns: string): void {
  const migrations = resolve(import.meta.dirname, '../../db');
  stores = createStores(openDatabase(join(folder, 'dialgate.db'), { migrations }), testSeal);
  const gate = createGate({
    stores,
    firewall,
    clock: systemClock,
    steady: () => performance.now(),
    rules: { services: ['web'], openFor: 60, longest: 60, mostOpen: 5, addresses: addressRules },
  });
  entries = createEntries({
    store: stores.entries,
    firewall,
    clock: systemClock,
    rules: { services: ['web'], most: 10, addresses: addressRules },
  });
  stop = startReconcilers(
    {
      stores,
      firewall,
      gate,
      entries,
      names: createNames({ servers: [dns], patience: 1 }),
      addressRules,
      meters: createMeters(),
    },
    { reconcile_every: 60, entries: { grace: 3600, most: 10 } },
    pino({ level: 'info' }, { write: (line: string) => void (logged += line) }),
  );
}

const add = (label: string, target: string): Promise<unknown> =>
  entries.add({ label, target }, 'cli:root');
const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 200 && !(await done()); tries++) await sleep(25);
  expect(await done()).toBe(true);
};
const recorded = async (kind: AuditKind): Promise<boolean> =>
  (await stores.audit.list({ kind, limit: 1 })).length === 1;

it('lets in what is added, what a name means, and no more what is removed', async () => {
  const server: DnsServer = await startDnsServer({
    names: [['sip.example.net', ['8.8.4.4', '2a00:1450::7'], 300]],
  });
  try {
    start(server.at);
    await add('office', '9.9.9.0/24');
    await add('carrier', 'sip.example.net');
    await until(() => said.length === 3);
    expect(said.sort()).toEqual([
      'would let in standing: 2a00:1450::7 web 0',
      'would let in standing: 8.8.4.4 web 0',
      'would let in standing: 9.9.9.0/24 web 0',
    ]);
    expect(await recorded('name-changed')).toBe(true);
    await entries.remove('carrier', 'cli:root');
    await until(() => said.length === 5);
    expect(said.slice(3).every((text) => text.startsWith('would let in no more'))).toBe(true);
  } finally {
    await server.stop();
  }
});

it('lets in no more than the helper takes: first what people named; and again when there is room', async () => {
  const many = ['8.8.4.1', '8.8.4.2', '8.8.4.3'];
  const server = await startDnsServer({ names: [['sip.example.net', many, 300]] });
  const letIn = (): string[] => {
    const now = new Set<string>();
    for (const text of said) {
      const [, more, target = ''] = /^would let in (standing: |no more: )(\S+)/.exec(text) ?? [];
      if (more === 'standing: ') now.add(target);
      else now.delete(target);
    }
    return [...now].sort();
  };
  try {
    start(server.at);
    await add('carrier', 'sip.example.net');
    await until(() => letIn().length === 3);
    await add('office', '9.9.9.9');
    await add('branch', '9.9.8.0/24');
    await until(() => letIn().includes('9.9.9.9') && letIn().includes('9.9.8.0/24'));
    expect(letIn()).toEqual(['8.8.4.1', '9.9.8.0/24', '9.9.9.9']);
    await expect(add('fourth', '9.9.9.10')).rejects.toMatchObject({
      message: expect.stringMatching(/3 standing entries.*helper\.json, standing\.most/) as string,
    });
    // what the administrator sees
    const carrier = await entries.named('carrier');
    expect(carrier.refused).toMatch(/^8\.8\.4\.2: no room.*takes 3.*8\.8\.4\.3: no room/);
    expect((await entries.named('office')).refused).toBeNull();
    const [there] = await entries.lettingIn('8.8.4.1' as Address);
    const [left] = await entries.lettingIn('8.8.4.2' as Address);
    expect([there?.refused, left?.refused]).toEqual([null, expect.stringContaining('no room')]);
    await until(() => /"event":"standing-refused","refused":2/.test(logged));
    await entries.remove('office', 'cli:root');
    await until(() => letIn().length === 3 && letIn().includes('8.8.4.2'));
    await entries.remove('branch', 'cli:root');
    await until(() => letIn().join() === many.join());
    expect((await entries.named('carrier')).refused).toBeNull();
  } finally {
    await server.stop();
  }
});

it('starts at once though nobody answers for a name, with what it meant before', async () => {
  const server = await startDnsServer({ names: [['sip.example.net', ['8.8.4.4'], 300]] });
  start(server.at);
  await add('carrier', 'sip.example.net');
  await until(() => said.length === 1);
  await stop();
  stores.close();
  await server.stop();
  // after a restart the gate has forgotten, and there is no DNS
  firewall = new DryRunFirewall(limits, systemClock, (text) => said.push(text));
  const began = performance.now();
  start(`127.0.0.1:${await freeUdpPort()}`);
  await until(() => said.length === 2);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(said[1]).toBe('would let in standing: 8.8.4.4 web 0');
  await until(() => recorded('name-failing'));
  expect(logged).toMatch(/"level":40[^\n]*"event":"name-failing"[^\n]*no DNS server/);
  expect((await entries.named('carrier')).resolution?.addresses).toEqual(['8.8.4.4']);
  expect(said).toHaveLength(2);
});
