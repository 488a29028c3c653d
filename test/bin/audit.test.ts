import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRecordSeal } from '../../src/access/audit/seal.ts';
import { openAudit } from '../../src/bin/audit.ts';
import { readConfig, type Config } from '../../src/bin/config.ts';
import { openRecordKeeping } from '../../src/bin/record.ts';
import { verifyOnThread } from '../../src/bin/verify-thread.ts';
import { cliUser } from '../../src/bin/with-rest.ts';
import { run } from '../../src/cli/program.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { builtEntry } from '../fixtures/built.ts';
import { event, tamper } from '../sqlite/audit-workshop.ts';

/** The record from the command line, with a real database beside it, open or closed. */

const key = Buffer.alloc(32, 'the key of this test');
const migrations = resolve(import.meta.dirname, '../../db');
let folder: string;
let file: string;
let out: string;
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-audit-'));
  file = join(folder, 'dialgate.yaml');
  const keyFile = join(folder, 'secret.key');
  writeFileSync(keyFile, key.toString('hex'), { mode: 0o600 });
  writeFileSync(
    file,
    `database: ${join(folder, 'dialgate.db')}
key_file: ${keyFile}
firewall: { kind: dry-run, services: [web] }
access: { services: [web] }
dialling: { country: "49", trunk: "0" }
`,
  );
  out = '';
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, done) => {
    out += String(text);
    if (typeof done === 'function') (done as () => void)();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const stores = openStores();
  for (let n = 1; n <= 20; n++) await stores.audit.append(event(n));
  await stores.audit.append({ ...event(21), callId: 900, caller: '495550123' });
  stores.close();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const openStores = (): ReturnType<typeof createStores> =>
  createStores(openDatabase(join(folder, 'dialgate.db'), { migrations }), createRecordSeal(key));

const unused = (): never => expect.unreachable('this is another command');
const dialgate = (...words: string[]): Promise<number> =>
  run(
    {
      version: '0.0.0',
      init: unused,
      serve: unused,
      checkConfig: unused,
      doctor: unused,
      withRest: unused,
      served: unused,
      audit: openAudit,
      backups: unused,
      guard: unused,
      sshConnection: unused,
      print: (line) => void (out += `${line}\n`),
    },
    ['--config', file, 'audit', ...words],
  );

it('is verified without a server and beside one', async () => {
  expect(await dialgate('verify')).toBe(0);
  expect(out).toMatch(/^All 21 rows fit, from 1 to 21; the last hash is [0-9a-f]{64}\.$/m);
  const stores = openStores();
  await stores.audit.append(event(22));
  expect(await dialgate('verify', '--json')).toBe(0);
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true, rows: 22 });
  stores.close();
});

it('names the first row that does not fit, and fails', async () => {
  const database = openDatabase(join(folder, 'dialgate.db'), { migrations });
  tamper(database, () => database.exec("UPDATE audit SET actor = 'system' WHERE seq IN (8, 15)"));
  database.close();
  expect(await dialgate('verify')).toBe(1);
  expect(out).toBe(
    'Row 8 does not fit: altered. Row 8 is not what was written.\n7 rows before it fit.\n',
  );
  expect(said).toContain('The record is not what was written.');
});

it('is told from another key, whose file lies there', async () => {
  writeFileSync(join(folder, 'secret.key'), 'ab'.repeat(32));
  expect(await dialgate('verify')).toBe(1);
  expect(out).toMatch(/^Row 1 does not fit: wrong-key\./);
});

it('shows by its checkpoints that the end was cut off', async () => {
  expect(await dialgate('checkpoint')).toBe(0);
  const checkpoints = join(folder, 'audit.checkpoints');
  expect(out).toMatch(new RegExp(`^Row 21, hash [0-9a-f]{64}: kept in ${checkpoints}.$`, 'm'));
  expect(statSync(checkpoints).mode & 0o777).toBe(0o640);
  // half a line, as a crash leaves it, harms nobody
  writeFileSync(checkpoints, `${readFileSync(checkpoints, 'utf8')}{"seq":2`);
  await dialgate('checkpoint');
  out = '';
  expect(await dialgate('verify', '--checkpoints')).toBe(0);
  expect(out).toContain('1 checkpoint fits.\n1 lines of the checkpoints cannot be read.');
  const database = openDatabase(join(folder, 'dialgate.db'), { migrations });
  const [kept, stores] = [21, createStores(database, createRecordSeal(key))];
  // somebody who has the key, too, writes an end of their own, and the server goes on
  tamper(database, () => {
    database.exec('DELETE FROM audit; DELETE FROM audit_blocks');
  });
  for (let n = 1; n < kept; n++) await stores.audit.append(event(n));
  stores.close();
  expect(await dialgate('verify')).toBe(0);
  out = '';
  expect(await dialgate('verify', '--checkpoints', checkpoints)).toBe(1);
  expect(out).toMatch(/^Row 21 does not fit: cut-off\. There is a checkpoint of row 21/);
});

it('says so when the start finds another record than the last checkpoint knew', async () => {
  await dialgate('checkpoint');
  const config: Config = readConfig(file);
  const log = pino({ level: 'silent' });
  const suspect = async (): Promise<number> => {
    const stores = openStores();
    await openRecordKeeping({ config, stores, key, log }).suspect();
    const found = await stores.audit.list({ kind: 'audit-suspect', limit: 9 });
    stores.close();
    return found.length;
  };
  expect(await suspect()).toBe(0);
  rmSync(join(folder, 'dialgate.db'));
  expect(await suspect()).toBe(1);
});

it('is exported, all or what is wanted, for a program and for a spreadsheet', async () => {
  expect(await dialgate('export')).toBe(0);
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number });
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  out = '';
  // as it is dialled here
  await dialgate('export', '--format', 'csv', '--caller', '0555 0123', '--by', 'token:ops');
  expect(out.split('\r\n')).toHaveLength(3);
  expect(out).toContain('495550123');
  expect(await dialgate('export', '--kind', 'nonsense')).toBe(2);
  expect(said).toContain('There is no such kind.');
});

it('needs a database, and makes none', async () => {
  rmSync(join(folder, 'dialgate.db'));
  expect(await dialgate('verify')).toBe(1);
  expect(said).toContain('There is no database at');
  expect(existsSync(join(folder, 'dialgate.db'))).toBe(false);
});

it('is verified in the server on a thread of its own', async () => {
  const program = pathToFileURL(await builtEntry('bin/verifier'));
  const stores = openStores();
  const database = join(folder, 'dialgate.db');
  const heard: number[] = [];
  const verdict = await verifyOnThread({ database, key }, (rows) => void heard.push(rows), program);
  expect(verdict).toMatchObject({ ok: true, rows: 21 });
  expect(heard).toEqual([21]);
  stores.close();
  await expect(
    verifyOnThread({ database: join(folder, 'nowhere'), key }, () => undefined, program),
  ).rejects.toThrow('There is no database');
});

it.each([
  ['mira', undefined, 'mira'],
  ['root', undefined, 'root'],
  ['root', 'mira', 'mira-as-root'],
  ['root', 'root', 'root'],
  ['dialgate', 'mira', 'dialgate'],
])('names who gives a command: %s, by sudo of %s', (user, sudoUser, named) => {
  expect(cliUser(user, sudoUser ?? '')).toBe(named);
});
