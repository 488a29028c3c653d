import { afterAll, beforeAll, expect, it } from 'vitest';
import { blockSize, type AuditSpan, type SealedRow } from '../../src/domain/audit.ts';
import type { AuditKind } from '../../src/domain/attempt.ts';
import { createAuditChain } from '../../src/sqlite/audit-chain.ts';
import { createAuditPages } from '../../src/sqlite/audit-pages.ts';
import type { Database } from '../../src/sqlite/database.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { fc } from '../property.ts';
import { tamper, verify } from './audit-workshop.ts';
import { open } from './workshop.ts';

/** Three blocks; the clock is set back in the second. */
const count = 2 * blockSize + 700;
let database: Database;
let rows: Omit<SealedRow, 'hash'>[];

const kinds: AuditKind[] = ['call-began', 'attempt-refused', 'gate-opened', 'user-changed'];

beforeAll(() => {
  database = open(':memory:');
  rows = Array.from({ length: count }, (_, n) => {
    const call = n % 7 === 0 ? null : 1 + (n % 400);
    return {
      seq: n + 1,
      at: n * 10 - (n > 5000 && n < 6000 ? 30_000 : 0),
      actor: call === null ? (n % 2 === 0 ? 'token:ops' : 'system') : `call:${call}`,
      kind: kinds[(n * 31) % (n < 4000 ? 3 : 4)] ?? '',
      userId: n % 3 === 0 ? null : n % 5,
      grantId: null,
      callId: call,
      address: n % 11 === 0 ? '203.0.113.7' : null,
      caller: call === null ? null : `1555${call % 50}`,
      detail: null,
    };
  });
  const insert = database.prepare(
    `INSERT INTO audit (seq, at, actor, kind, user_id, grant_id, call_id, address, caller, detail, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const chain = createAuditChain(database, testSeal);
  tamper(database, () => {
    for (const [n, hash] of chain.extend(chain.last(), rows).entries()) {
      insert.run(...Object.values(rows[n] ?? {}), hash);
    }
  });
});
afterAll(() => database.close());

const fits = (row: Omit<SealedRow, 'hash'>, span: AuditSpan): boolean =>
  row.at >= (span.from ?? -Infinity) &&
  row.at < (span.to ?? Infinity) &&
  (['kind', 'userId', 'address', 'callId', 'caller', 'actor'] as const).every(
    (key) => span[key] === undefined || row[key] === span[key],
  );

const some = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const time = fc.option(fc.integer({ min: -100, max: count * 10 + 100 }), { nil: undefined });
const spans = fc.record({
  kind: some<AuditKind>(...kinds, 'name-failing'),
  userId: some(0, 1, 2, 77),
  address: some('203.0.113.7', '192.0.2.1'),
  callId: some(3, 390),
  caller: some('15553', '1555999'),
  actor: some('token:ops', 'system', 'call:3', 'nobody', 'call:x'),
  from: time,
  to: time,
});

it('is a record that fits', async () => {
  expect(await verify(database)).toMatchObject({ ok: true, rows: count });
});

it.each([
  { budget: 7, probe: 3 },
  { budget: 200, probe: 20 },
  { budget: 10_000, probe: 1000 },
])('gives all rows that fit, in order, however little it looks at: %o', (effort) => {
  const page = createAuditPages(database, effort);
  fc.assert(
    fc.property(spans, fc.integer({ min: 50, max: 999 }), (span, limit) => {
      const wanted = rows.filter((row) => fits(row, span)).map(({ seq }) => seq);
      const seen: number[] = [];
      let before: number | undefined;
      for (let pages = 0; ; pages++) {
        expect(pages).toBeLessThan(count);
        const found = page({ ...span, before, limit });
        expect(found.rows.length).toBeLessThanOrEqual(limit);
        seen.push(...found.rows.map(({ seq }) => seq));
        if (found.next === null) break;
        expect(found.next).toBeLessThan(before ?? Infinity);
        before = found.next;
      }
      expect(seen).toEqual(wanted.toReversed());
    }),
    { numRuns: effort.budget < 100 ? 15 : 60 },
  );
});

it('uses an index for each condition, and looks into no row that cannot fit', () => {
  const plans: string[] = [];
  const any = { kind: '', userId: 1, address: '', callId: 1, caller: '', actor: '', byCall: '' };
  Object.assign(any, { before: 9, floor: 1, limit: 1, from: 1, to: 2 });
  const watched = new Proxy(database, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name) as unknown;
      return (sql: string) => {
        const plan = target
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all(...(sql.includes('@') ? [any] : []));
        plans.push(...plan.map((step) => (step as { detail: string }).detail));
        return target.prepare(sql);
      };
    },
  });
  const page = createAuditPages(watched);
  plans.length = 0;
  page({ kind: 'gate-opened', userId: 1, caller: '15553', address: '203.0.113.7', limit: 10 });
  page({ actor: 'token:ops', limit: 10 });
  page({ callId: 3, limit: 10 });
  expect(plans.filter((plan) => /^SCAN (a|b|audit)$/.test(plan))).toEqual([]);
  expect(plans.join('\n')).toMatch(/SEARCH b (EXISTS )?USING COVERING INDEX audit_by_/);
});
