import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openBackups } from '../../src/bin/backup.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { event } from '../sqlite/audit-workshop.ts';

const migrations = resolve(import.meta.dirname, '../../db');
let root: string;
/** The folder that belongs to the server's user. */
let state: string;
let config: string;
let keyFile: string;
let database: string;
let copy: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'dialgate-places-'));
  chmodSync(root, 0o755);
  state = join(root, 'state');
  mkdirSync(state);
  database = join(state, 'dialgate.db');
  copy = join(root, 'copy.db');
  config = join(root, 'dialgate.yaml');
  keyFile = join(root, 'secret.key');
  writeFileSync(keyFile, Buffer.alloc(32, 'a key of tests').toString('hex'), { mode: 0o640 });
  writeFileSync(
    config,
    `database: ${database}
key_file: ${keyFile}
audit: { checkpoints: ${join(state, 'checkpoints.jsonl')} }
http: { admin_socket: ${join(state, 'admin.sock')} }
firewall: { kind: dry-run, services: [web] }
access: { services: [web] }
`,
  );
  const stores = createStores(openDatabase(database, { migrations }), testSeal);
  for (let n = 1; n < 4; n++) await stores.audit.append(event(n));
  stores.close();
});
afterEach(() => rmSync(root, { recursive: true }));

const backup = (file: string, more: { force?: boolean; withKey?: boolean } = {}) =>
  openBackups(config).backup({
    file,
    force: more.force ?? false,
    withKey: more.withKey ?? false,
    progress: () => undefined,
  });
const restore = (file: string) =>
  openBackups(config).restore({ file, unverified: false, progress: () => undefined });

it('run as root, a restore gives the server’s user nothing but its own files', async () => {
  const shadow = join(root, 'shadow');
  writeFileSync(shadow, 'root only\n', { mode: 0o600 });
  await backup(copy);
  const uid = 65_533;
  for (const own of [state, database]) chownSync(own, uid, uid);
  // whoever has taken over the server may put this there
  symlinkSync(shadow, join(state, 'checkpoints.jsonl'));
  await expect(restore(copy)).rejects.toMatchObject({ code: 'invalid' });
  expect(statSync(shadow).uid).toBe(0);
  expect(readFileSync(shadow, 'utf8')).toBe('root only\n');

  rmSync(join(state, 'checkpoints.jsonl'));
  await restore(copy);
  for (const name of ['dialgate.db', 'checkpoints.jsonl']) {
    expect(statSync(join(state, name)).uid).toBe(uid);
  }
  expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
});

it('never takes the place of what is in use, by whichever way it is named', async () => {
  symlinkSync(state, join(root, 'also'));
  const before = statSync(database).ino;
  for (const file of [database, join(root, 'also/dialgate.db'), keyFile]) {
    await expect(backup(file, { force: true })).rejects.toMatchObject({ code: 'invalid' });
  }
  writeFileSync(`${copy}.key`, readFileSync(keyFile), { mode: 0o640 });
  rmSync(keyFile);
  symlinkSync(`${copy}.key`, keyFile);
  await expect(backup(copy, { force: true, withKey: true })).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(statSync(database).ino).toBe(before);
  expect(statSync(keyFile).mode & 0o777).toBe(0o640);
});
