import type { Database } from 'better-sqlite3';
import { blockSize, type AuditSpan } from '../domain/audit.ts';
import { instant } from './columns.ts';

/** All time, where a side is left open. */
export const timesOf = ({
  from,
  to,
}: Pick<AuditSpan, 'from' | 'to'>): { from: number; to: number } => ({
  from: from === undefined ? Number.MIN_SAFE_INTEGER : instant(from),
  to: to === undefined ? Number.MAX_SAFE_INTEGER : instant(to),
});

/** The numbers between which all rows of a time are; a clock that was set may put others between them. */
export function timeSpans(
  database: Database,
): (filter: Pick<AuditSpan, 'from' | 'to'>) => { floor: number; before: number } | 'none' {
  const blocks = database.prepare<
    [{ from: number; to: number }],
    { first: number | null; last: number | null }
  >(
    `SELECT min(block) AS first, max(block) AS last FROM audit_blocks
     WHERE to_at >= @from AND from_at < @to`,
  );
  const unsealed = database
    .prepare<[], number>('SELECT 1 FROM audit WHERE hash IS NULL LIMIT 1')
    .pluck();
  return ({ from, to }) => {
    const found = blocks.get(timesOf({ from, to }));
    // rows without a hash are in no block yet
    const rest = unsealed.get() !== undefined;
    const first = found?.first ?? null;
    if (first === null && !rest) return 'none';
    const last = found?.last ?? 0;
    return {
      floor: first === null ? 1 : first * blockSize + 1,
      before: rest ? Number.MAX_SAFE_INTEGER : (last + 1) * blockSize + 1,
    };
  };
}
