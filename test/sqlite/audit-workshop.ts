import Sqlite from 'better-sqlite3';
import { verifyRecord, type Verification } from '../../src/access/audit/verification.ts';
import type { Address } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import type { RecordSeal, Verdict } from '../../src/domain/audit.ts';
import { createAuditSource } from '../../src/sqlite/audit-source.ts';
import type { Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { createTransactions } from '../../src/sqlite/transactions.ts';
import { testSeal } from '../fixtures/record-seal.ts';

/** One that has something in every column, and differs from its neighbours. */
export const event = (n: number): AuditEntry => ({
  at: 1000 + n * 10,
  actor: n % 3 === 0 ? 'token:ops' : `call:${n}`,
  kind: n % 2 === 0 ? 'gate-opened' : 'attempt-refused',
  userId: 1 + (n % 4),
  grantId: n,
  callId: n,
  address: `203.0.113.${n % 250}` as Address,
  caller: `1555${String(n).padStart(4, '0')}`,
  detail: { reason: 'because', n },
});

export async function fill(database: Database, count: number, from = 1): Promise<void> {
  const { audit } = createStores(database, testSeal);
  for (let n = from; n < from + count; n++) await audit.append(event(n));
}

/** Somebody who may write to the file: the guards are taken away first, and put back afterwards. */
export function tamper(database: Database, work: (database: Database) => void): void {
  const guards = database
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'",
    )
    .all();
  for (const { name } of guards) database.exec(`DROP TRIGGER ${name}`);
  work(database);
  for (const { sql } of guards) database.exec(sql);
}

export const verify = (
  database: Database,
  { seal = testSeal, ...rest }: Partial<Omit<Verification, 'source'>> & { seal?: RecordSeal } = {},
): Promise<Verdict> =>
  verifyRecord({
    source: createAuditSource(database, createTransactions(database)),
    seal,
    ...rest,
  });

/** A copy in memory, which one may spoil. */
export const copyOf = (database: Database): Database => new Sqlite(database.serialize());
