import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { entry, hotel, newUser, number } from '../contract/stores/bench.ts';
import { open } from './workshop.ts';
import { testSeal } from '../fixtures/record-seal.ts';

let database: Database;

beforeEach(async () => {
  database = open();
  const stores = createStores(database, testSeal);
  const user = await stores.users.add(
    newUser('mira', { numbers: [number('15550101')] }),
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

const plan = (query: string): string =>
  database
    .prepare(`EXPLAIN QUERY PLAN SELECT * FROM ${query}`)
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
    'UPDATE audit SET hash = NULL',
    'UPDATE audit SET hash = zeroblob(32) WHERE seq = 3',
    "UPDATE audit SET caller = '15550101'",
    "INSERT INTO audit (at, actor, kind) VALUES (1, 'system', 'gate-healed')",
    "INSERT INTO audit (seq, at, actor, kind, hash) VALUES (0, 1, 'system', 'gate-healed', zeroblob(32))",
    'UPDATE audit_blocks SET hash = zeroblob(32)',
    'DELETE FROM audit_blocks',
    'INSERT INTO audit_blocks VALUES (0, 1, 1, 9, zeroblob(32), zeroblob(32))',
    'REPLACE INTO audit_blocks VALUES (0, 1, 1, 9, zeroblob(32), zeroblob(32))',
    "INSERT INTO audit (seq, at, actor, kind) VALUES (1, 1, 'system', 'gate-healed') ON CONFLICT (seq) DO UPDATE SET kind = 'x'",
  ])('keeps the audit log append-only: %s', (sql) => {
    const all = database.prepare('SELECT * FROM audit');
    const before = all.all();
    expect(() => database.exec(sql)).toThrow('append-only');
    expect(all.all()).toEqual(before);
  });

  it.each([
    "('../x', 'host', '8.8.4.4', '[]', NULL, '', 'administrator', 1)",
    "('x', 'hosts', '8.8.4.4', '[]', NULL, '', 'administrator', 1)",
    "('x', 'host', '8.8.4.4', 'web', NULL, '', 'administrator', 1)",
    "('x', 'host', '8.8.4.4', '[]', NULL, NULL, 'administrator', 1)",
    "('x', 'host', '8.8.4.4', '[]', NULL, '', '', 1)",
    `('x', 'name', '${'a'.repeat(254)}', '[]', NULL, '', 'administrator', 1)`,
  ])('refuses a standing entry of another form: %s', (values) => {
    const columns = 'label, kind, target, services, expires_at, note, source, created_at';
    expect(() => database.exec(`INSERT INTO entries (${columns}) VALUES ${values}`)).toThrow(
      /constraint failed/,
    );
  });

  it('never gives a number of the audit log twice', async () => {
    const { audit } = createStores(database, testSeal);
    expect((await audit.append(entry('gate-healed'))).seq).toBe(4);
    // even if somebody tears out the last page, triggers and all
    database.exec('DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq >= 3');
    expect((await audit.append(entry('gate-healed'))).seq).toBe(5);
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
      `INSERT INTO grants VALUES (9,1,'203.0.113.7','[]',1,2,NULL,3,NULL,NULL)`,
      /CHECK/,
    ],
    [
      'a grant of nobody',
      `INSERT INTO grants VALUES (9,7,'203.0.113.7','[]',1,2,NULL,NULL,NULL,NULL)`,
      /FOREIGN/,
    ],
    ['a user with grants goes', 'DELETE FROM users', /FOREIGN/],
    ['services are no array', `UPDATE users SET services = '{}'`, /CHECK/],
    ['services are no JSON', `UPDATE users SET services = '[web'`, /CHECK|malformed/],
    ['a user is half disabled', 'UPDATE users SET disabled = 2', /CHECK/],
    ['a time is text', `UPDATE users SET created_at = 'today'`, /cannot store TEXT/],
    ['a role is unknown', `INSERT INTO tokens VALUES (1,'t','root','h',1,NULL,NULL)`, /CHECK/],
    ['a policy is unknown', `UPDATE users SET caller_policy = 'none'`, /CHECK/],
    ['an attestation is unknown', `UPDATE users SET least_attestation = 'D'`, /CHECK/],
    ['a language is empty', `UPDATE users SET language = ''`, /CHECK/],
    ['a pairing is unknown', `UPDATE users SET pairing = 'none'`, /CHECK/],
    ['a second factor is unknown', `UPDATE users SET second_factor = 'retina'`, /CHECK/],
    ['time-based codes have no secret', `UPDATE users SET second_factor = 'totp'`, /CHECK/],
    ['a secret is left behind', `UPDATE users SET totp = 'sealed'`, /CHECK/],
    ['a step is used without a secret', 'UPDATE users SET totp_step = 1', /CHECK/],
    ['a number has a plus', `UPDATE user_numbers SET number = '+15550101'`, /CHECK/],
    ['a number is too long', `UPDATE user_numbers SET number = '1234567890123456'`, /CHECK/],
    ['a number is listed twice', `INSERT INTO user_numbers VALUES (1,1,'15550101')`, /UNIQUE/],
    ['a number is nobody’s', `INSERT INTO user_numbers VALUES (7,0,'15550101')`, /FOREIGN/],
    ['a code is nobody’s', `INSERT INTO sheet_codes VALUES (7,'x')`, /FOREIGN/],
    [
      'a call answers none',
      `INSERT INTO calls (dialled, began_at, call_back_of) VALUES ('100',1,9)`,
      /FOREIGN/,
    ],
    [
      'a call is vouched for with a word',
      `INSERT INTO calls (dialled, began_at, attestation) VALUES ('100',1,'yes')`,
      /CHECK/,
    ],
    ['a lockout counts nothing', `INSERT INTO lockouts VALUES ('user:1',0,1)`, /CHECK/],
  ])('refuses that %s', (_, sql, message) => {
    expect(() => database.exec(sql)).toThrow(message);
  });

  it('finds active grants by index', () => {
    const unended = 'grants WHERE ended_at IS NULL';
    const by = (column: string): string =>
      `grants INDEXED BY grants_unended_by_${column} WHERE ended_at IS NULL`;
    expect(plan(`${by('address')} AND address = 'x'`)).toContain('grants_unended_by_address');
    expect(plan(`${by('user')} AND user_id = 1`)).toContain('grants_unended_by_user');
    for (const [column, index] of [
      ['grants WHERE user_id = 1', 'grants_by_user'],
      ["grants WHERE address = 'x'", 'grants_by_address'],
      ["calls WHERE caller_number = 'x'", 'calls_by_number'],
      ['calls WHERE user_id = 1', 'calls_'],
    ] as const) {
      const found = plan(`${column} AND id < 9 ORDER BY id DESC`);
      expect([found.includes(index), found.includes('TEMP B-TREE')]).toEqual([true, false]);
    }
    expect(plan(`${unended} ORDER BY id`)).toContain('grants_unended');
  });

  it('finds a telephone that is known by index', () => {
    expect(plan("calls WHERE user_id = 1 AND caller_number = '1' AND began_at >= 5")).toContain(
      'calls_recognised',
    );
    expect(plan("user_numbers WHERE number = '1'")).toContain('user_numbers_by_number');
    expect(plan('lockouts WHERE last_at < 5')).toContain('lockouts_by_time');
  });

  it('takes ids far beyond 32 bits', async () => {
    const far = 2 ** 52;
    database.exec(`UPDATE sqlite_sequence SET seq = ${far} WHERE name = 'grants'`);
    const stores = createStores(database, testSeal);
    const grant = await stores.grants.add(
      { userId: 1, address: hotel, services: [], openedAt: 1, expiresAt: 2, callId: null },
      entry('gate-opened'),
    );
    expect(grant.id).toBe(far + 1);
    expect(await stores.grants.byId(far + 1)).toEqual(grant);
    const [row] = await stores.audit.list({ limit: 1 });
    expect(row).toMatchObject({ grantId: far + 1 });
  });
});
