import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Administration, Health } from '../../src/access/administration.ts';
import type { AuditKeeping, FirewallLimits, OpenAddress, Stores } from '../../src/domain/ports.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { createHttp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { readPageFiles, type PageFiles } from '../../src/http/page-reading.ts';
import { openDatabase, type Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { createFakeNames, type FakeNames } from '../fakes/names.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { runningConfiguration } from '../http/configuration.ts';
import { administrationOn } from '../http/administration.ts';

const root = resolve(import.meta.dirname, '../..');

/** A house as the page meets it: the real API and rules on a real database, before a gate that only counts. */
export interface PageHouse {
  readonly at: string;
  readonly rules: Administration;
  readonly stores: Stores & { readonly keeping: AuditKeeping };
  readonly database: Database;
  readonly names: FakeNames;
  readonly gate: CountingGate;
  readonly health: { now: Health };
  readonly configuration: { now: typeof runningConfiguration };
  /** Secrets of tokens of each role. */
  readonly admin: string;
  readonly operator: string;
  readonly auditor: string;
  readonly close: () => Promise<void>;
}

/** Addresses for documentation are where people are here; what is refused elsewhere is refused here, too. */
const examples = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];

const details = {
  sip: { ports: ['udp/5060', 'tcp/5060-5061'], about: 'SIP signalling of telephones and trunks' },
  web: { ports: ['tcp/80', 'tcp/443'], about: 'Web pages' },
  ssh: { ports: ['tcp/22'], about: 'Shell' },
};

/** Says of each address how many packets came, as a kernel would. */
export class CountingGate extends DryRunFirewall {
  readonly packets = new Map<string, number>();
  guard: 'on' | 'trial' | 'off' = 'on';
  warnings: readonly string[] = [];

  override async list(): Promise<OpenAddress[]> {
    return (await super.list()).map(({ address, services }) => ({
      address,
      services: services.map((service, at) => ({
        ...service,
        packets: at === 0 ? (this.packets.get(address) ?? 0) : 0,
      })),
    }));
  }

  override async limits(): Promise<FirewallLimits> {
    const { guard, warnings } = this;
    return { ...(await super.limits()), guard, warnings };
  }
}

const well: Health = {
  ok: true,
  parts: { asterisk: { ok: true }, helper: { ok: true }, database: { ok: true } },
  version: '0.1.0',
};

let read: Promise<PageFiles> | undefined;

/** Read once for a file of tests; another run may be putting a new page in its place at that moment. */
function builtPage(): Promise<PageFiles> {
  const again = async (left: number): Promise<PageFiles> => {
    const files = await readPageFiles(join(root, 'dist/web')).catch(() => new Map());
    if (files.size > 0 || left === 0) return files;
    await sleep(500);
    return again(left - 1);
  };
  read ??= again(10);
  return read;
}

export async function openPageHouse(): Promise<PageHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-page-'));
  const clock = { now: () => Date.now() };
  const database = openDatabase(join(folder, 'dialgate.db'), { migrations: join(root, 'db') });
  const stores = createStores(database, testSeal);
  const names = createFakeNames();
  const gate = new CountingGate(
    {
      services: Object.keys(details),
      details,
      longest: 43_200,
      mostAddresses: 1000,
      networks: true,
      standing: { most: 100_000, widest4: 16, widest6: 32 },
    },
    clock,
    () => undefined,
  );
  const health = { now: well };
  const configuration = { now: runningConfiguration };
  const rules = administrationOn({
    stores,
    names,
    clock,
    firewall: gate,
    alsoAllowed: examples,
    health: () => Promise.resolve(health.now),
    configuration: () => configuration.now,
    admission: () => undefined,
  });
  const secretOf = async (name: string, role: 'admin' | 'operator' | 'auditor'): Promise<string> =>
    (await rules.addToken({ name, role }, 'cli:local')).secret;
  const admin = await secretOf('mira-desk', 'admin');
  const operator = await secretOf('night-shift', 'operator');
  const auditor = await secretOf('audit', 'auditor');
  const app = createHttp({
    rules,
    log: pino({ level: 'silent' }),
    now: clock.now,
    door: 'token',
    page: await builtPage(),
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    at: listening.at,
    rules,
    stores,
    database,
    names,
    gate,
    health,
    configuration,
    admin,
    operator,
    auditor,
    close: async () => {
      await listening.close(0.1);
      stores.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
