import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, vi } from 'vitest';
import type { AdmissionCounts } from '../../src/access/admission.ts';
import type { AuditDoings, BackupDoings, DoctorFinding } from '../../src/cli/doings.ts';
import { run } from '../../src/cli/program.ts';
import type { AdminConnection } from '../../src/domain/guard.ts';
import type { Stores } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/domain/time.ts';
import { GuardClient } from '../../src/firewall/guard-client.ts';
import { createHttp } from '../../src/http/app.ts';
import { createClient, createFollow } from '../../src/http/client.ts';
import { listenUnix, type Listening } from '../../src/http/listen.ts';
import { createFakeNames, type FakeNames } from '../fakes/names.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { administrationOn } from '../http/administration.ts';

/** The commands against the real API on a real socket. */
interface Place {
  readonly folder: string;
  readonly stores: Stores;
  readonly names: FakeNames;
  readonly app: ReturnType<typeof createHttp>;
  readonly door: Listening;
  readonly printed: string[];
  complaints: string;
  /** What the server says of itself; to be changed by a test. */
  helper: { ok: boolean; why?: string };
  admission: AdmissionCounts | undefined;
  /** What the gate says of its host; to be changed by a test. */
  warnings: string[];
  /** What the doctor has seen; to be changed by a test. */
  findings: DoctorFinding[];
  /** How the administrator came here; to be changed by a test. */
  connection: AdminConnection | null;
  /** The record on the disk; to be changed by a test. */
  audit: AuditDoings;
  /** The same for copies of the database. */
  backups: BackupDoings;
}

const unread = (): Promise<never> => Promise.reject(new Error('no record is read here'));
const noAudit: AuditDoings = {
  checkpointFile: '/nowhere',
  verify: unread,
  export: unread,
  checkpoint: unread,
};
const noBackups: BackupDoings = { backup: unread, restore: unread };

let place: Place;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-cli-'));
  const stores = createMemoryStores();
  const names = createFakeNames();
  const ok = { ok: true };
  const rules = administrationOn({
    stores,
    names,
    clock: systemClock,
    admission: () => place.admission,
    details: {
      web: { ports: ['tcp/80', 'tcp/443'], about: 'web pages' },
      sip: { ports: ['udp/5060'], about: null },
    },
    health: async () => ({
      ok: place.helper.ok,
      parts: { asterisk: ok, helper: place.helper, database: ok },
      version: '0.0.0',
    }),
  });
  const status = async () => ({ ...(await rules.status()), warnings: place.warnings });
  const opennessOf: typeof rules.opennessOf = async (address) => ({
    ...(await rules.opennessOf(address)),
    gate: place.helper,
    warnings: place.warnings,
  });
  const app = createHttp({
    rules: { ...rules, status, opennessOf },
    log: pino({ level: 'silent' }),
    now: Date.now,
    door: 'admin-socket',
  });
  const door = await listenUnix(app, join(folder, 'admin.sock'), 0o600);
  place = {
    folder,
    stores,
    names,
    app,
    door,
    printed: [],
    complaints: '',
    helper: { ok: true },
    admission: undefined,
    warnings: [],
    findings: [],
    connection: null,
    audit: noAudit,
    backups: noBackups,
  };
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    place.complaints += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await place.door.close();
  rmSync(place.folder, { recursive: true });
});

export const dialgate = (...words: string[]): Promise<number> =>
  run(
    {
      version: '0.0.0',
      init: async () => ['made things'],
      serve: async () => undefined,
      checkConfig: async () => ['ok     all'],
      doctor: async () => place.findings,
      withRest: (_, work) => work(createClient({ socketPath: place.door.at, cliUser: 'root' })),
      served: () => {
        const target = { socketPath: place.door.at, cliUser: 'root' };
        return { rest: createClient(target), follow: createFollow(target) };
      },
      backups: () => place.backups,
      audit: () => place.audit,
      guard: (_, socket) => new GuardClient(socket ?? join(place.folder, 'guard.sock')),
      sshConnection: () => place.connection,
      print: (line) => void place.printed.push(line),
    },
    words,
  );

/** What was printed so far, and has not been taken as JSON. */
export const printed = (): string[] => place.printed;
export const complaints = (): string => place.complaints;
// whoever asks knows what was printed
export const json = (): any => JSON.parse(place.printed.pop() ?? '');
export const here = (): Place => place;
