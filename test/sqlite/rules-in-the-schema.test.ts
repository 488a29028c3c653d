import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { entry, hotel } from '../contract/stores/bench.ts';
import { open } from './workshop.ts';

let database: Database;

beforeEach(async () => {
  database = open();
  const stores = createStores(database);
  const user = await stores.users.add(
    { name: 'mira', services: [], createdAt: 1 },
    { knockCodeLookup: 'a', pinHash: 'b' },
    entry('user-created'),
  );
  const grant = await stores.grants.add(
    {
      userId: user.id,
      address: hotel,
      services: ['web'],
      openedAt: 1,
      expiresAt: 2,
      callId: null,
    },
    entry('gate-opened'),
  );
  await stores.grants.end(grant.id, 2, 'closed', entry('gate-closed'));
});
afterEach(() => database.close());

const plan = (where: string): string =>
  database
    .prepare(`EXPLAIN QUERY PLAN SELECT * FROM grants WHERE ended_at IS NULL${where}`)
    .all()
    .map((row) => (row as { detail: string }).detail)
    .join();

describe('the schema itself', () => {
  it.each([
    "UPDATE audit SET actor = 'cli:somebody-else'",
    'UPDATE audit SET seq = seq + 100',
    'DELETE FROM audit',
    'DELETE FROM audit WHERE seq = 1',
    "REPLACE INTO audit (seq, at, actor, kind) VALUES (1, 1, 'system', 'gate-healed')",
    "INSERT OR REPLACE INTO audit (seq, at, actor, kind) VALUES (2, 1, 'system', 'gate-healed')",
    'UPDATE OR REPLACE audit SET seq = 2 WHERE seq = 1',
    "INSERT INTO audit (seq, at, actor, kind) VALUES (1, 1, 'system', 'gate-healed') ON CONFLICT (seq) DO UPDATE SET kind = 'x'",
  ])('keeps the audit log append-only: %s', (sql) => {
    const all = database.prepare('SELECT * FROM audit');
    const before = all.all();
    expect(() => database.exec(sql)).toThrow('append-only');
    expect(all.all()).toEqual(before);
  });

  it('never gives a number of the audit log twice', () => {
    const insert = database.prepare(
      "INSERT INTO audit (at, actor, kind) VALUES (1, 'system', 'gate-healed') RETURNING seq",
    );
    insert.pluck();
    expect(insert.get()).toBe(4);
    // even if somebody tears out the last page, triggers and all
    database.exec('DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq >= 3');
    expect(insert.get()).toBe(5);
  });

  it.each([
    [
      'an ended grant lives again',
      'UPDATE grants SET ended_at = NULL, "end" = NULL',
      /ended grant/,
    ],
    ['an ended grant lasts longer', 'UPDATE grants SET expires_at = 99', /ended grant/],
    [
      'a grant ends without how',
      `INSERT INTO grants VALUES (9,1,'203.0.113.7','[]',1,2,NULL,3,NULL)`,
      /CHECK/,
    ],
    [
      'a grant of nobody',
      `INSERT INTO grants VALUES (9,7,'203.0.113.7','[]',1,2,NULL,NULL,NULL)`,
      /FOREIGN/,
    ],
    ['a user with grants goes', 'DELETE FROM users', /FOREIGN/],
    ['services are no array', `UPDATE users SET services = '{}'`, /CHECK/],
    ['services are no JSON', `UPDATE users SET services = '[web'`, /CHECK|malformed/],
    ['a user is half disabled', 'UPDATE users SET disabled = 2', /CHECK/],
    ['a time is text', `UPDATE users SET created_at = 'today'`, /cannot store TEXT/],
    ['a role is unknown', `INSERT INTO tokens VALUES (1,'t','root','h',1,NULL)`, /CHECK/],
    ['a lockout counts nothing', `INSERT INTO lockouts VALUES ('user:1',0,1)`, /CHECK/],
  ])('refuses that %s', (_, sql, message) => {
    expect(() => database.exec(sql)).toThrow(message);
  });

  it('finds active grants by index', () => {
    expect(plan(" AND address = 'x'")).toContain('grants_unended_by_address');
    expect(plan(' AND user_id = 1')).toContain('grants_unended_by_user');
    expect(plan(' ORDER BY id')).toContain('grants_unended');
  });

  it('takes ids far beyond 32 bits', async () => {
    const far = 2 ** 52;
    database.exec(`UPDATE sqlite_sequence SET seq = ${far} WHERE name IN ('grants', 'audit')`);
    const stores = createStores(database);
    const grant = await stores.grants.add(
      { userId: 1, address: hotel, services: [], openedAt: 1, expiresAt: 2, callId: null },
      entry('gate-opened'),
    );
    expect(grant.id).toBe(far + 1);
    expect(await stores.grants.byId(far + 1)).toEqual(grant);
    const [row] = await stores.audit.list({ before: far + 2, limit: 1 });
    expect(row).toMatchObject({ seq: far + 1, grantId: far + 1 });
  });
});
