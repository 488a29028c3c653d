import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { openDatabase, type Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';

/** Calls and grants that go when the record has let go of what it had about them. */

let database: Database;
let stores: ReturnType<typeof createStores>;
beforeEach(async () => {
  database = openDatabase(':memory:', { migrations: resolve(import.meta.dirname, '../../db') });
  stores = createStores(database, testSeal);
  await stores.users.add(
    { ...usualSettings, name: 'mira', createdAt: 0 },
    { knockCodeLookup: 'lookup', pinHash: 'hash' },
    entry('user-created'),
  );
});
afterEach(() => stores.close());

const entry = (kind: AuditEntry['kind']): AuditEntry => ({ at: 1, actor: 'system', kind });

async function call(beganAt: number, endedAt: number | null, callBackOf: number | null = null) {
  const { id } = await stores.calls.begin(
    { callerNumber: null, dialled: '100', attestation: null, callBackOf, beganAt },
    entry('call-began'),
  );
  if (endedAt !== null) await stores.calls.end(id, endedAt, 'opened', 1, entry('call-ended'));
  return id;
}
async function grant(callId: number | null, endedAt: number | null): Promise<number> {
  const { id } = await stores.grants.add(
    {
      userId: 1,
      address: '203.0.113.7' as Address,
      services: ['web'],
      openedAt: 1,
      expiresAt: 1e6,
      callId,
    },
    entry('gate-opened'),
  );
  if (endedAt !== null) await stores.grants.end(id, endedAt, 'closed', entry('gate-closed'));
  return id;
}
const ids = (table: 'calls' | 'grants'): unknown[] =>
  database.prepare(`SELECT id FROM ${table} ORDER BY id`).pluck().all();
const forget = (limit = 100) => stores.history.forgetBefore(1000, limit);

it('what has ended before goes, in small pieces, and the record keeps what it says of it', async () => {
  for (let n = 0; n < 5; n++) await grant(await call(n, n + 1), n + 2);
  const late = await call(900, 1000);
  const rows = (await stores.audit.list({ limit: 100 })).length;
  expect(await forget(2)).toBe(4);
  expect([ids('calls'), ids('grants')]).toEqual([
    [3, 4, 5, 6],
    [3, 4, 5],
  ]);
  expect(await forget()).toBe(6);
  expect(await forget()).toBe(0);
  expect([ids('calls'), ids('grants')]).toEqual([[late], []]);
  expect((await stores.audit.list({ limit: 100 })).length).toBe(rows);
  // a number is never used twice
  expect(await grant(null, null)).toBe(6);
});

it('what is open stays, and so does the call that opened it, and what comes behind', async () => {
  const opened = await call(1, 2);
  const other = await call(3, 4);
  const open = await grant(opened, null);
  const ended = await grant(other, 5);
  expect(await forget()).toBe(0);
  await stores.grants.end(open, 6, 'closed', entry('gate-closed'));
  expect(await forget()).toBe(4);
  expect([ids('calls'), ids('grants'), ended]).toEqual([[], [], 2]);
});

it('a call back stays without the call that it answers, and a call that goes on holds those behind it', async () => {
  const first = await call(1, 2);
  const back = await call(3, 2000, first);
  expect(await forget()).toBe(1);
  expect(await stores.calls.byId(back)).toMatchObject({ callBackOf: null });
  expect(await stores.calls.byId(first)).toBeUndefined();
  const both = await call(5, 6, back);
  expect(await forget()).toBe(0);
  expect(ids('calls')).toEqual([back, both]);
});

it('what refers to a call is found without looking through all', () => {
  const plan = (sql: string): string =>
    database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('\n');
  expect(plan('SELECT 1 FROM grants WHERE call_id = 7')).toContain('grants_by_call');
  expect(plan('SELECT 1 FROM calls WHERE call_back_of = 7')).toContain('calls_by_first_call');
});
