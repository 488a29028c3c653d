import type { Database } from 'better-sqlite3';
import type { AuditRemoval, AuditSource } from '../domain/audit.ts';
import { blockOfRow, sealedRowOf, type AuditColumns, type BlockColumns } from './audit-rows.ts';
import type { Transactions } from './transactions.ts';

interface RemovalColumns {
  readonly through_seq: number;
  readonly from_seq: number;
  readonly rows: number;
  readonly from_at: number;
  readonly to_at: number;
  readonly kinds: string;
  readonly hash_before: Buffer;
  readonly hash_after: Buffer;
  readonly at: number;
  readonly seal: Buffer;
}

/** What the schema refuses by; who has taken one away can change rows. */
const guards = [
  'audit_no_update',
  'audit_no_delete',
  'audit_no_replace',
  'audit_sealed',
  'audit_blocks_go_on',
  'audit_blocks_grow',
  'audit_blocks_stay',
  'audit_removals_go_on',
  'audit_removals_no_update',
  'audit_removals_no_delete',
];

/** The record as it is kept, a piece at a time, so that no reader holds the others up. */
export function createAuditSource(
  database: Database,
  { read }: Pick<Transactions, 'read'>,
): AuditSource {
  const rows = database.prepare<[number, number], AuditColumns>(
    'SELECT * FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?',
  );
  const blocks = database.prepare<[number, number], BlockColumns>(
    'SELECT * FROM audit_blocks WHERE block >= ? ORDER BY block LIMIT ?',
  );
  const lastBlock = database.prepare<[], BlockColumns>(
    'SELECT * FROM audit_blocks ORDER BY block DESC LIMIT 1',
  );
  const removals = database.prepare<[number, number], RemovalColumns>(
    'SELECT * FROM audit_removals WHERE through_seq > ? ORDER BY through_seq LIMIT ?',
  );
  const lastRemoval = database.prepare<[], RemovalColumns>(
    'SELECT * FROM audit_removals ORDER BY through_seq DESC LIMIT 1',
  );
  const triggers = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck();

  return {
    rows: (from, limit) => read(() => rows.all(from, limit).map(sealedRowOf)),
    blocks: (from, limit) => read(() => blocks.all(from, limit).map(blockOfRow)),
    lastBlock: () => read(() => optional(lastBlock.get(), blockOfRow)),
    removals: (after, limit) => read(() => removals.all(after, limit).map(removalOfRow)),
    lastRemoval: () => read(() => optional(lastRemoval.get(), removalOfRow)),
    missingGuards: () =>
      read(() => {
        const there = new Set(triggers.all());
        return guards.filter((name) => !there.has(name));
      }),
  };
}

const optional = <From, To>(row: From | undefined, of: (row: From) => To): To | undefined =>
  row === undefined ? undefined : of(row);

const removalOfRow = (row: RemovalColumns): AuditRemoval => ({
  fromSeq: row.from_seq,
  throughSeq: row.through_seq,
  rows: row.rows,
  fromAt: row.from_at,
  toAt: row.to_at,
  kinds: row.kinds,
  hashBefore: row.hash_before,
  hashAfter: row.hash_after,
  at: row.at,
  seal: row.seal,
});
