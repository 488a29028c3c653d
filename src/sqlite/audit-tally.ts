import type { Database } from 'better-sqlite3';
import type { AuditKind } from '../domain/attempt.ts';
import type { AuditTally, AuditTallyWanted } from '../domain/ports.ts';
import { timeSpans } from './audit-pages.ts';
import { instant } from './columns.ts';
import { keepPrepared } from './prepared.ts';

/** So many rows are looked at in one piece: some 5 ms. */
const usualPiece = 2000;

interface Found {
  readonly kind: AuditKind;
  readonly key: number | string;
  readonly count: number;
  readonly lastAt: number;
}

/**
 * Counts in the database. Who asks for one user is answered by the index of users, who asks for one
 * kind by that of kinds; of several kinds, all rows of the time are looked at.
 */
export function createAuditTally(
  database: Database,
  piece = usualPiece,
): (wanted: AuditTallyWanted) => AuditTally {
  const statement = keepPrepared(database);
  const spanOf = timeSpans(database);

  return (wanted) => {
    const from = instant(wanted.from);
    const to = instant(wanted.to);
    const span = spanOf({ from, to });
    const before = Math.min(wanted.before ?? Infinity, span === 'none' ? 0 : span.before);
    if (span === 'none' || before <= span.floor) return { counts: [], next: null };
    const [index, driver] = drivenBy(wanted);
    const bounds = {
      from,
      to,
      before: Math.min(before, Number.MAX_SAFE_INTEGER),
      floor: span.floor,
      userId: wanted.userId ?? null,
      kind: wanted.kinds?.[0] ?? null,
      kinds: JSON.stringify(wanted.kinds ?? []),
      step: wanted.by === 'caller' ? null : wanted.by.step,
    };
    const among = `FROM audit ${index} WHERE ${driver} seq >= @floor AND seq < @before`;
    const end = statement<{ seq: number; at: number }>(
      `SELECT seq, at ${among} ORDER BY seq DESC LIMIT 1 OFFSET ${piece - 1}`,
    ).get(bounds);
    const key = wanted.by === 'caller' ? 'caller' : 'CAST((at - @from) / @step AS INTEGER)';
    const counts = statement<Found>(
      `SELECT kind, ${key} AS key, count(*) AS count, max(at) AS lastAt ${among}
         AND at >= @from AND at < @to
         ${wanted.kinds ? 'AND kind IN (SELECT value FROM json_each(@kinds))' : ''}
         ${wanted.by === 'caller' ? 'AND caller IS NOT NULL' : ''}
       GROUP BY 1, 2`,
    ).all({ ...bounds, floor: end?.seq ?? span.floor });
    const more = end !== undefined && end.seq > span.floor;
    return { counts, next: more ? { before: end.seq, at: end.at } : null };
  };
}

function drivenBy({ userId, kinds }: AuditTallyWanted): readonly [index: string, driver: string] {
  if (userId !== undefined) return ['INDEXED BY audit_by_user', 'user_id = @userId AND'];
  if (kinds?.length === 1) return ['INDEXED BY audit_by_kind', 'kind = @kind AND'];
  return ['NOT INDEXED', ''];
}
