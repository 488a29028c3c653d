import type { Database } from 'better-sqlite3';
import { beginning, blockOf, type AuditRemoval, type RecordSeal } from '../domain/audit.ts';
import type { AuditKeeping } from '../domain/ports.ts';
import { createAuditChain } from './audit-chain.ts';
import { sealedRowOf, type AuditColumns } from './audit-rows.ts';
import { createAuditReading } from './audit-reading.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant } from './columns.ts';
import type { Transactions } from './transactions.ts';

/** What becomes of rows after they were written: sealed where an older release wrote them, removed for their age. */
export function createAuditKeeping(
  database: Database,
  transactions: Transactions,
  seal: RecordSeal,
  audit: AuditWriter,
): AuditKeeping {
  const chain = createAuditChain(database, seal);
  const unsealed = database.prepare<[number], AuditColumns>(
    'SELECT * FROM audit WHERE hash IS NULL ORDER BY seq LIMIT ?',
  );
  const putHash = database.prepare<[Uint8Array, string | null, number]>(
    'UPDATE audit SET hash = ?, caller = ? WHERE seq = ?',
  );
  const oldest = database.prepare<[number], AuditColumns>(
    'SELECT * FROM audit ORDER BY seq LIMIT ?',
  );
  const lastRemoval = database.prepare<[], { through_seq: number; hash_after: Buffer }>(
    'SELECT through_seq, hash_after FROM audit_removals ORDER BY through_seq DESC LIMIT 1',
  );
  const putRemoval = database.prepare<[object]>(
    `INSERT INTO audit_removals VALUES (@throughSeq, @fromSeq, @rows, @fromAt, @toAt, @kinds,
       @hashBefore, @hashAfter, @at, @seal)`,
  );
  const removeRows = database.prepare<[number]>('DELETE FROM audit WHERE seq <= ?');
  const removeBlocks = database.prepare<[number]>('DELETE FROM audit_blocks WHERE last_seq <= ?');

  /** The oldest rows from before a time, up to the first that is not; never those of the last block. */
  function removable(before: number, limit: number): AuditColumns[] {
    const last = chain.last().block;
    if (!last) return [];
    const rows = oldest.all(limit);
    const stop = rows.findIndex(
      ({ seq, at, hash }) => at >= before || hash === null || blockOf(seq) >= last.block,
    );
    return stop < 0 ? rows : rows.slice(0, stop);
  }

  return {
    ...createAuditReading(database, transactions),

    sealOld: (limit, at, callerOf) =>
      transactions.write(() => {
        const rows = unsealed.all(limit);
        if (rows.length === 0) return 0;
        const named = rows.map((row) => ({
          ...sealedRowOf(row),
          caller: row.caller ?? callerOf(row.detail),
        }));
        const hashes = chain.extend(chain.last(), named);
        for (const [n, { seq, caller }] of named.entries()) {
          putHash.run(hashes[n] as Uint8Array, caller, seq);
        }
        const last = named.at(-1);
        if (unsealed.get(1) === undefined && last) {
          audit({
            at,
            actor: 'system',
            kind: 'audit-sealed',
            detail: { through: last.seq },
          });
        }
        return rows.length;
      }),

    removeBefore: (cutoff, limit, at) =>
      transactions.write(() => {
        const rows = removable(instant(cutoff), limit);
        const [first, last] = [rows[0], rows.at(-1)];
        if (!first || !last) return undefined;
        const before = lastRemoval.get();
        const removal: Omit<AuditRemoval, 'seal'> = {
          fromSeq: (before?.through_seq ?? 0) + 1,
          throughSeq: last.seq,
          rows: rows.length,
          fromAt: rows.reduce((least, row) => Math.min(least, row.at), first.at),
          toAt: rows.reduce((most, row) => Math.max(most, row.at), first.at),
          kinds: JSON.stringify(kindsOf(rows)),
          hashBefore: before?.hash_after ?? beginning,
          hashAfter: last.hash as Uint8Array,
          at: instant(at),
        };
        const written = { ...removal, seal: seal.removal(removal) };
        putRemoval.run(written);
        removeRows.run(last.seq);
        removeBlocks.run(last.seq);
        return written;
      }),
  };
}

function kindsOf(rows: readonly AuditColumns[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { kind } of rows) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
