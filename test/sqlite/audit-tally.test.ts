import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditKind } from '../../src/domain/attempt.ts';
import { blockSize, type SealedRow } from '../../src/domain/audit.ts';
import type { AuditTallyWanted } from '../../src/domain/ports.ts';
import { createAuditChain } from '../../src/sqlite/audit-chain.ts';
import { createAuditTally } from '../../src/sqlite/audit-tally.ts';
import type { Database } from '../../src/sqlite/database.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { tamper } from './audit-workshop.ts';
import { open } from './workshop.ts';

/** Three blocks; the clock is set back in the second. */
const count = 2 * blockSize + 700;
const kinds: AuditKind[] = ['call-began', 'attempt-refused', 'gate-opened', 'user-changed'];
let database: Database;
let rows: Omit<SealedRow, 'hash'>[];

beforeAll(() => {
  database = open(':memory:');
  rows = Array.from({ length: count }, (_, n) => ({
    seq: n + 1,
    at: n * 10 - (n > 5000 && n < 6000 ? 30_000 : 0),
    actor: n % 7 === 0 ? 'token:ops' : n % 11 === 0 ? `call:${n % 4}` : 'system',
    kind: kinds[(n * 31) % 4] ?? '',
    userId: n % 3 === 0 ? null : n % 5,
    grantId: null,
    callId: n % 11 === 0 ? n % 4 : null,
    address: n % 5 === 0 ? null : `203.0.113.${n % 30}`,
    caller: n % 2 === 0 ? null : `1555${n % 50}`,
    detail: null,
  }));
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

const to = count * 10;

describe.each<[string, Partial<AuditTallyWanted>]>([
  ['all', {}],
  ['a kind', { kinds: ['gate-opened'] }],
  ['several kinds', { kinds: ['gate-opened', 'user-changed'] }],
  ['a kind that there is not', { kinds: ['name-failing'] }],
  ['a user', { userId: 2 }],
  ['a user and kinds', { userId: 2, kinds: ['gate-opened', 'call-began'] }],
  ['a part of the time', { from: 20_000, to: 52_345 }],
  ['a part of the time, of a kind', { kinds: ['attempt-refused'], from: 55_000, to: 60_000 }],
  ['an address', { address: '203.0.113.7' }],
  ['a telephone', { caller: '15551' }],
  ['a call', { callId: 3 }],
  ['what somebody did', { actor: 'token:ops' }],
  ['what the system did, of kinds', { actor: 'system', kinds: ['gate-opened', 'call-began'] }],
  ['what a call did', { actor: 'call:1' }],
  ['what a call did in another', { actor: 'call:1', callId: 2 }],
  [
    'an address and a user, of a kind',
    { address: '203.0.113.7', userId: 2, kinds: ['call-began'] },
  ],
  [
    'everything together',
    {
      ...{ userId: 2, address: '203.0.113.7', caller: '15557', actor: 'token:ops' },
      ...{ kinds: ['call-began', 'gate-opened'], from: 1000 },
    },
  ],
  ['a telephone that there is not', { caller: '15559999' }],
  ['by telephone', { by: 'caller', kinds: ['attempt-refused'] }],
])('counting %s, piece by piece', (_, part) => {
  const wanted: AuditTallyWanted = { from: 0, to, by: { step: 7000 }, ...part };

  it.each([1, 100, 1000, 10_000])('of %i, is the same as counting all', (piece) => {
    const tally = createAuditTally(database, piece);
    const counted = new Map<string, number>();
    let before: number | undefined;
    for (let pieces = 0; ; pieces += 1) {
      const { counts, next } = tally({ ...wanted, before });
      for (const { kind, key, count: more } of counts) {
        counted.set(`${kind} ${key}`, (counted.get(`${kind} ${key}`) ?? 0) + more);
      }
      if (next) expect(next.before).toBeLessThan(before ?? Infinity);
      before = next?.before;
      if (next === null) break;
      // one by one would take long: what is counted so far is compared
      if (pieces === 200) break;
    }
    const expected = new Map<string, number>();
    for (const row of rows) {
      const key =
        wanted.by === 'caller' ? row.caller : Math.floor((row.at - wanted.from) / wanted.by.step);
      const fits =
        key !== null &&
        row.at >= wanted.from &&
        row.at < wanted.to &&
        row.seq >= (before ?? 0) &&
        (wanted.kinds?.includes(row.kind as AuditKind) ?? true) &&
        (['userId', 'address', 'callId', 'caller', 'actor'] as const).every(
          (name) => wanted[name] === undefined || row[name] === wanted[name],
        );
      if (fits) expected.set(`${row.kind} ${key}`, (expected.get(`${row.kind} ${key}`) ?? 0) + 1);
    }
    expect(counted).toEqual(expected);
  });
});

it('says when the rows happened with which it goes on', () => {
  const { next } = createAuditTally(database, 100)({ from: 0, to, by: { step: 1000 } });
  expect(next).toEqual({ before: count - 99, at: rows[count - 100]?.at });
});

it('goes by the condition that leads furthest back, whichever else there are', () => {
  // each user has a fifth of the rows; nobody has this telephone and this address
  const tally = createAuditTally(database, 100);
  const seldom = { caller: '15551', actor: 'token:ops', userId: 1 } as const;
  const { next } = tally({ from: 0, to, by: { step: 1000 }, ...seldom });
  const nexts = (['caller', 'actor', 'userId'] as const).map(
    (name) => tally({ from: 0, to, by: { step: 1000 }, [name]: seldom[name] }).next?.before ?? 0,
  );
  expect(next?.before).toBe(Math.min(...nexts));
});

it('is not misled by large times and odd columns', () => {
  const from = Date.UTC(2025, 5, 1);
  const { counts } = createAuditTally(database)({ from: from - 1e12, to, by: { step: 333 } });
  expect(counts).toEqual([]);
  const all = createAuditTally(database, count + 1)({ from: -999, to: 1001, by: { step: 1000 } });
  expect(all.counts.every(({ key }) => Number.isInteger(key))).toBe(true);
  const sum = all.counts.reduce((total, { count: some }) => total + some, 0);
  expect(sum).toBe(rows.filter(({ at }) => at < 1001).length);
});
