import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openAudit } from '../../src/bin/audit.ts';
import { openBackups } from '../../src/bin/backup.ts';
import { run } from '../../src/cli/program.ts';
import { parseAddress } from '../../src/domain/address.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { listenUnix } from '../../src/http/listen.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { event, tamper } from '../sqlite/audit-workshop.ts';
import { compile, type Compiled } from '../sqlite/compiled.ts';

// everything is put on the disk, again and again
vi.setConfig({ testTimeout: 120_000 });

const migrations = resolve(import.meta.dirname, '../../db');
let writer: Compiled;
let folder: string;
let config: string;
let database: string;
let copy: string;
let out: string[];

beforeAll(() => {
  writer = compile(new URL('../sqlite/writer.ts', import.meta.url));
}, 60_000);
afterAll(() => writer.remove());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-backup-'));
  database = join(folder, 'dialgate.db');
  copy = join(folder, 'copy.db');
  config = join(folder, 'dialgate.yaml');
  const keyFile = join(folder, 'secret.key');
  // the key of testSeal
  writeFileSync(keyFile, Buffer.alloc(32, 'a key of tests').toString('hex'), { mode: 0o600 });
  writeFileSync(
    config,
    `database: ${database}
key_file: ${keyFile}
http: { admin_socket: ${join(folder, 'admin.sock')} }
firewall: { kind: dry-run, services: [web] }
access: { services: [web] }
`,
  );
  out = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const openStores = () => createStores(openDatabase(database, { migrations }), testSeal);
async function write(from: number, count: number): Promise<void> {
  const stores = openStores();
  for (let n = from; n < from + count; n++) await stores.audit.append(event(n));
  stores.close();
}
const unused = (): never => expect.unreachable('this is another command');
/** The status; what was said is in `out`. */
async function dialgate(...words: string[]): Promise<number> {
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
  try {
    return await run(
      {
        version: '0.0.0',
        init: unused,
        serve: unused,
        checkConfig: unused,
        doctor: unused,
        withRest: unused,
        served: unused,
        audit: openAudit,
        backups: openBackups,
        guard: unused,
        sshConnection: unused,
        print: (line) => void out.push(line),
      },
      ['--config', config, ...words],
    );
  } finally {
    stderr.mockRestore();
  }
}
const said = (): string => out.join('\n');
const rows = (path: string): number => {
  const opened = new Sqlite(path, { readonly: true });
  const count = Number(opened.prepare('SELECT count(*) FROM audit').pluck().get());
  opened.close();
  return count;
};
const leftovers = (): string[] => readdirSync(folder).filter((name) => name.includes('.part'));

it('copies the database while others write, whole and as of one moment; restored, its chain fits', async () => {
  const child = spawn(process.execPath, [writer.program, database, migrations, 'mira', '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    expect(await dialgate('backup', copy)).toBe(0);
    const taken = rows(copy);
    expect(rows(database)).toBeGreaterThan(taken);
    expect(said()).toMatch(/whole; its record goes as far as row \d+ and ends as it should/);
    expect(said()).toMatch(/key file .*secret\.key.*another place/);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(existsSync(`${copy}-wal`)).toBe(false);
  expect(leftovers()).toEqual([]);
  const taken = rows(copy);

  expect(await dialgate('restore', copy)).toBe(0);
  expect(rows(database)).toBe(taken + 1);
  out = [];
  expect(await dialgate('audit', 'verify')).toBe(0);
  expect(said()).toContain(`All ${taken + 1} rows fit`);
  // the file of the backup is as it was, and so is what was replaced
  expect(rows(copy)).toBe(taken);
  const aside = readdirSync(folder).filter((name) => name.includes('.before-restore-'));
  expect(aside).toHaveLength(1);
  expect(rows(join(folder, aside[0] ?? ''))).toBeGreaterThan(taken);
}, 60_000);

it('never writes over a file but by force, and has the key beside it where that is wanted', async () => {
  await write(1, 5);
  expect(await dialgate('backup', copy, '--with-key')).toBe(0);
  const key = readFileSync(`${copy}.key`, 'utf8');
  expect(key).toBe(readFileSync(join(folder, 'secret.key'), 'utf8'));
  expect(statSync(`${copy}.key`).mode & 0o777).toBe(0o600);
  expect(said()).toContain('keep them apart');
  const before = readFileSync(copy);
  expect(await dialgate('backup', copy)).toBe(1);
  expect(said()).toContain('exists already: choose another name, or add --force');
  expect(readFileSync(copy)).toEqual(before);
  await write(6, 5);
  expect(await dialgate('backup', copy, '--force', '--with-key')).toBe(0);
  expect(rows(copy)).toBe(10);
  expect(await dialgate('backup', database, '--force')).toBe(1);
  expect(await dialgate('backup', join(folder, 'nowhere', 'copy.db'))).toBe(1);
  expect(said()).toContain('its folder does not exist');
  expect(leftovers()).toEqual([]);
});

it('a copy whose end does not fit the key is none', async () => {
  await write(1, 5);
  writeFileSync(join(folder, 'secret.key'), Buffer.alloc(32, 'another').toString('hex'));
  expect(await dialgate('backup', copy)).toBe(1);
  expect(said()).toMatch(/end of its record does not fit.*another key file/);
  expect(existsSync(copy)).toBe(false);
});

it('checkpoints of what the backup did not have are set aside by a sealed line, and nowhere else', async () => {
  const file = join(folder, 'audit.checkpoints');
  await write(1, 10);
  expect(await dialgate('audit', 'checkpoint')).toBe(0);
  expect(await dialgate('backup', copy)).toBe(0);
  await write(11, 10);
  expect(await dialgate('audit', 'checkpoint')).toBe(0);
  // a later restoration shall not be possible by an older line
  expect(await dialgate('restore', copy)).toBe(0);
  expect(said()).toContain('1 checkpoint of later rows is set aside');
  const [, , mark = ''] = readFileSync(file, 'utf8').split('\n');
  expect(JSON.parse(mark)).toMatchObject({ restored: true, seq: 10 });
  await write(31, 15);
  expect(await dialgate('audit', 'checkpoint')).toBe(0);
  out = [];
  expect(await dialgate('audit', 'verify', '--checkpoints')).toBe(0);
  expect(said()).toMatch(
    /replaced by a backup that went as far as row 10; 1 checkpoint of later rows was set aside/,
  );

  // somebody cuts off the tail, and repeats the line that allowed it once
  const opened = new Sqlite(database);
  tamper(opened, (db) => {
    db.exec('DELETE FROM audit WHERE seq > 10; DELETE FROM audit_blocks');
    const old = new Sqlite(copy, { readonly: true });
    const block = old.prepare('SELECT * FROM audit_blocks').get() as Record<string, unknown>;
    const names = Object.keys(block);
    db.prepare(
      `INSERT INTO audit_blocks (${names.join()}) VALUES (${names.map(() => '?').join()})`,
    ).run(Object.values(block));
    old.close();
  });
  opened.close();
  expect(await dialgate('audit', 'verify')).toBe(0);
  out = [];
  expect(await dialgate('audit', 'verify', '--checkpoints')).toBe(1);
  expect(said()).toContain('cut-off');
  appendFileSync(file, `${mark}\n`);
  out = [];
  expect(await dialgate('audit', 'verify', '--checkpoints')).toBe(1);
  expect(said()).toContain('checkpoint-altered');
});

it('what was open at the time of the backup is not open again, and the record says who restored', async () => {
  const stores = openStores();
  const now = Date.now();
  const entry = (kind: 'user-created' | 'gate-opened') =>
    ({ at: now, actor: 'system', kind }) as const;
  await stores.users.add(
    { ...usualSettings, name: 'mira', createdAt: now },
    { knockCodeLookup: 'lookup', pinHash: 'hash' },
    entry('user-created'),
  );
  const address = parseAddress('203.0.113.7');
  if (!address) throw new Error('no address');
  const times = { openedAt: now, expiresAt: now + 3_600_000 };
  const grant = { userId: 1, address, services: ['web'], callId: null, ...times };
  await stores.grants.add(grant, entry('gate-opened'));
  stores.close();
  expect(await dialgate('backup', copy)).toBe(0);
  expect(await dialgate('restore', copy)).toBe(0);
  expect(said()).toContain('1 grant that was open then is closed');
  const after = openStores();
  expect(await after.grants.unended()).toEqual([]);
  const [row] = await after.audit.list({ kind: 'database-restored', limit: 1 });
  expect(row?.actor).toMatch(/^cli:/);
  expect(row?.detail).toEqual({ through: 2, setAside: 0, closed: 1 });
  after.close();
});

it('nothing is restored while a server runs, or somebody reads', async () => {
  await write(1, 5);
  expect(await dialgate('backup', copy)).toBe(0);
  const socket = join(folder, 'admin.sock');
  const server = await listenUnix(
    (_request, response) => response.setHeader('content-type', 'application/json').end('{}'),
    socket,
    0o600,
  );
  expect(await dialgate('restore', copy)).toBe(1);
  expect(said()).toContain('systemctl stop dialgate');
  await server.close(0.1);
  const reader = new Sqlite(database, { readonly: true });
  reader.prepare('SELECT count(*) FROM audit').get();
  out = [];
  expect(await dialgate('restore', copy)).toBe(1);
  expect(said()).toContain('Another process uses');
  reader.close();
  expect(rows(database)).toBe(5);
  expect(leftovers()).toEqual([]);
}, 40_000);

it('nothing is restored that is damaged, another program’s, newer, or not of this key', async () => {
  await write(1, 5);
  expect(await dialgate('backup', copy)).toBe(0);
  const before = readFileSync(database);
  const refused = async (what: RegExp, ...more: string[]): Promise<void> => {
    out = [];
    expect(await dialgate('restore', copy, ...more)).toBe(1);
    expect(said()).toMatch(what);
    expect(readFileSync(database)).toEqual(before);
  };
  const good = readFileSync(copy);
  const change = (sql: string): void => {
    writeFileSync(copy, good);
    const opened = new Sqlite(copy);
    opened.exec(sql);
    opened.close();
  };
  change("INSERT INTO migrations (number, name, checksum, at) VALUES (99, '0099_new.sql', 'x', 1)");
  await refused(/newer dialgate/);
  change('PRAGMA application_id = 1');
  await refused(/another program/);
  writeFileSync(copy, Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096, 7)]));
  await refused(/damaged|not an SQLite/);
  writeFileSync(copy, good);
  const opened = new Sqlite(copy);
  tamper(opened, (db) => void db.exec("UPDATE audit SET actor = 'cli:nobody' WHERE seq = 3"));
  opened.close();
  await refused(/does not fit at row 3.*--unverified/s);
  rmSync(copy);
  await refused(/no database at/);
});

it('a damaged database is replaced all the same, and kept; an unfit record only where that is wanted', async () => {
  await write(1, 5);
  expect(await dialgate('backup', copy)).toBe(0);
  const opened = new Sqlite(copy);
  tamper(opened, (db) => void db.exec("UPDATE audit SET actor = 'cli:nobody' WHERE seq = 3"));
  opened.close();
  writeFileSync(database, 'no database at all, but long enough to be looked at as if it were one');
  writeFileSync(`${database}-wal`, 'of another one');
  chmodSync(database, 0o600);
  expect(await dialgate('restore', copy)).toBe(1);
  expect(await dialgate('restore', copy, '--unverified')).toBe(0);
  expect(said()).toMatch(/does not fit at row 3 \(/);
  expect(said()).toContain('its record goes as far as row 5, and does not fit at row 3.');
  const after = openStores();
  const [row] = await after.audit.list({ kind: 'database-restored', limit: 1 });
  expect(row?.detail).toEqual({ through: 5, setAside: 0, closed: 0, unfit: 3 });
  after.close();
  expect(existsSync(`${database}-wal`)).toBe(false);
  expect(rows(database)).toBe(6);
  const aside = readdirSync(folder).filter((name) => name.includes('.before-restore-'));
  expect(aside).toHaveLength(1);
});
