import type { Database } from 'better-sqlite3';
import type { AuditKeeping } from '../domain/ports.ts';
import { sealedRowOf } from './audit-rows.ts';
import { createAuditSelect } from './audit-select.ts';
import { createAuditSource } from './audit-source.ts';
import type { Transactions } from './transactions.ts';

/** What of the record's keeping only reads. */
export function createAuditReading(
  database: Database,
  { read }: Pick<Transactions, 'read'>,
): Pick<AuditKeeping, 'source' | 'select' | 'extent'> {
  const select = createAuditSelect(database);
  const countUnsealed = database
    .prepare<[], number>('SELECT count(*) FROM audit WHERE hash IS NULL')
    .pluck();
  const ends = database.prepare<[], { first: number | null; last: number | null }>(
    'SELECT (SELECT min(seq) FROM audit) AS first, (SELECT max(seq) FROM audit) AS last',
  );
  return {
    source: createAuditSource(database, { read }),
    select: (span, fromSeq, throughSeq) =>
      read(() => select(span, fromSeq, throughSeq).map(sealedRowOf)),
    extent: () =>
      read(() => {
        const { first = null, last = null } = ends.get() ?? {};
        return { first, last, unsealed: countUnsealed.get() ?? 0 };
      }),
  };
}
