import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { entry, newUser } from '../contract/stores/bench.ts';
import { compile, type Compiled } from './compiled.ts';
import { migrations, newPath, open, openStores } from './workshop.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { verify } from './audit-workshop.ts';

let compiled: Compiled;
let codes: Compiled;
const children: ChildProcess[] = [];

beforeAll(() => {
  compiled = compile(new URL('writer.ts', import.meta.url));
  codes = compile(new URL('codes.ts', import.meta.url));
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  compiled.remove();
  codes.remove();
});

function writer(path: string, name: string, rounds: number): ChildProcess {
  const child = spawn(
    process.execPath,
    [compiled.program, path, migrations, name, String(rounds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  return child;
}

const ended = async (child: ChildProcess): Promise<number | null> => {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
};

const one = (database: Database, sql: string): unknown => database.prepare(sql).pluck().get();

/** Every change has its audit row, every audit row its change, and no number is missing. */
async function expectConsistent(database: Database): Promise<void> {
  expect(await verify(database)).toMatchObject({ ok: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  const rows = one(database, 'SELECT count(*) FROM audit');
  expect(one(database, 'SELECT max(seq) FROM audit')).toBe(rows);
  for (const [changes, kind] of [
    ['users', 'user-created'],
    ['grants', 'gate-opened'],
    ['grants WHERE ended_at IS NOT NULL', 'gate-closed'],
  ]) {
    expect(one(database, `SELECT count(*) FROM ${changes}`)).toBe(
      one(database, `SELECT count(*) FROM audit WHERE kind = '${kind}'`),
    );
  }
}

describe('several processes', { timeout: 60_000 }, () => {
  it('make and fill one new database at once, and lose nothing', async () => {
    const path = newPath();
    const writers = ['anna', 'mira', 'otto'].map((name) => writer(path, name, 200));
    expect(await Promise.all(writers.map(ended))).toEqual([0, 0, 0]);
    const database = open(path);
    await expectConsistent(database);
    expect(one(database, 'SELECT count(*) FROM grants')).toBe(600);
    expect(one(database, 'SELECT count(*) FROM audit')).toBe(3 + 600 + 300);
    database.close();
  });

  it('killed in the middle of writing leave a consistent database, again and again', async () => {
    const path = newPath();
    for (const name of ['anna', 'mira', 'otto', 'zora']) {
      const child = writer(path, name, 1_000_000);
      const exit = ended(child);
      await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
      child.kill('SIGKILL');
      expect(await exit).toBeNull();
      const database = openDatabase(path, { migrations });
      await expectConsistent(database);
      const before = Number(one(database, 'SELECT max(seq) FROM audit'));
      const stores = createStores(database, testSeal);
      expect((await stores.audit.append(entry('server-started'))).seq).toBe(before + 1);
      stores.close();
    }
    const database = open(path);
    expect(Number(one(database, 'SELECT count(*) FROM grants'))).toBeGreaterThanOrEqual(80);
    database.close();
  });
});

describe('two processes with the same one-time codes', { timeout: 60_000 }, () => {
  it('have each code taken once between them', async () => {
    const path = newPath();
    const stores = openStores(path);
    const many = 60;
    const lookups = Array.from({ length: many }, (_, i) => `code ${i}`);
    const secrets = (name: string) => ({ knockCodeLookup: name, pinHash: 'hash' });
    for (const [name, factor] of [
      ['sheet', { kind: 'sheet', lookups }],
      ['totp', { kind: 'totp', sealed: 'x' }],
    ] as const) {
      const { id } = await stores.users.add(newUser(name), secrets(name), entry('user-created'));
      await stores.users.setSecondFactor(id, factor, entry('second-factor-set'));
    }
    const takers = [1, 2].map(() => {
      const child = spawn(process.execPath, [codes.program, path, migrations, '1', String(many)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(child);
      return { child, said: createInterface(child.stdout)[Symbol.asyncIterator]() };
    });
    for (const { said } of takers) expect((await said.next()).value).toBe('ready');
    for (const { child } of takers) child.stdin.write('go\n');
    const taken = [];
    for (const { said } of takers) taken.push(Number((await said.next()).value));
    const rows = await stores.audit.list({ kind: 'code-used', limit: 1000 });
    const names = rows.map((row) => row.detail?.['detail']);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe((taken[0] ?? 0) + (taken[1] ?? 0));
    expect(names.filter((name) => String(name).startsWith('code'))).toHaveLength(many);
    stores.close();
  });
});

describe('two handles on one database', () => {
  it('see what the other has written, and each other’s conflicts', async () => {
    const path = newPath();
    const [mine, other] = [openStores(path), openStores(path)];
    const token = { name: 'ops', role: 'admin', createdAt: 1, expiresAt: null } as const;
    const { id } = await mine.tokens.add(token, 'h1', entry('token-created'));
    expect(await other.tokens.byHash('h1')).toMatchObject({ id });
    await expect(other.tokens.add(token, 'h2', entry('token-created'))).rejects.toMatchObject({
      code: 'conflict',
    });
    const ends = await Promise.allSettled(
      [mine, other].map((stores) => stores.tokens.revoke(id, 5, entry('token-revoked'))),
    );
    expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected']);
    mine.close();
    other.close();
  });
});
