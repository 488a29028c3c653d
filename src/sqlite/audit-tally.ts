import type { Database } from 'better-sqlite3';
import type { AuditKind } from '../domain/attempt.ts';
import type { AuditTally, AuditTallyWanted } from '../domain/ports.ts';
import { asked, conditions, type Asked, type Name } from './audit-conditions.ts';
import { timeSpans } from './audit-times.ts';
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

/** Where a piece ends that is found by one condition, or by none. */
interface Piece {
  readonly driver: Name | undefined;
  /** Its last row; undefined when all that are left are in it. */
  readonly end: { readonly seq: number; readonly at: number } | undefined;
}

/**
 * Counts in the database. Of the conditions, that one finds the rows of a piece by its index whose
 * entries go back furthest from here; the others are looked for in these rows. Of several kinds,
 * and without any condition, all rows of the time are looked at.
 */
export function createAuditTally(
  database: Database,
  piece = usualPiece,
): (wanted: AuditTallyWanted) => AuditTally {
  const statement = keepPrepared(database);
  const spanOf = timeSpans(database);

  function endBy(driver: Name | undefined, bounds: object): Piece {
    const end = statement<{ seq: number; at: number }>(
      `SELECT seq, at ${rowsBy(driver)} ORDER BY seq DESC LIMIT 1 OFFSET ${piece - 1}`,
    ).get(bounds);
    return { driver, end };
  }

  function furthest(given: readonly Name[], bounds: object): Piece {
    let best = endBy(given[0], bounds);
    for (const name of given.slice(1)) {
      if (!best.end) break;
      const other = endBy(name, bounds);
      if (!other.end || other.end.seq < best.end.seq) best = other;
    }
    return best;
  }

  return (wanted) => {
    const from = instant(wanted.from);
    const to = instant(wanted.to);
    const span = spanOf({ from, to });
    const before = Math.min(wanted.before ?? Infinity, span === 'none' ? 0 : span.before);
    if (span === 'none' || before <= span.floor) return { counts: [], next: null };
    const { kinds, by } = wanted;
    const about = asked({ ...wanted, kind: kinds?.length === 1 ? kinds[0] : undefined });
    const bounds = {
      ...about.values,
      from,
      to,
      before: Math.min(before, Number.MAX_SAFE_INTEGER),
      floor: span.floor,
      kinds: JSON.stringify(kinds ?? []),
      step: by === 'caller' ? null : by.step,
    };
    const { driver, end } = furthest(about.given, bounds);
    const counts = statement<Found>(counting(wanted, about, driver)).all({
      ...bounds,
      floor: end?.seq ?? span.floor,
    });
    const more = end !== undefined && end.seq > span.floor;
    return { counts, next: more ? { before: end.seq, at: end.at } : null };
  };
}

function rowsBy(driver: Name | undefined): string {
  const by = driver === undefined ? 'NOT INDEXED' : `INDEXED BY ${conditions[driver].index}`;
  const where = driver === undefined ? '' : `${conditions[driver].sql('audit')} AND`;
  return `FROM audit ${by} WHERE ${where} seq >= @floor AND seq < @before`;
}

function counting(
  { kinds, by }: AuditTallyWanted,
  { values, given }: Asked,
  driver: Name | undefined,
): string {
  const key = by === 'caller' ? 'caller' : 'CAST((at - @from) / @step AS INTEGER)';
  const others = [
    'at >= @from AND at < @to',
    ...given.filter((name) => name !== driver).map((name) => conditions[name].sql('audit')),
    ...('byCall' in values ? ['actor = @byCall'] : []),
    ...(kinds && kinds.length !== 1 ? ['kind IN (SELECT value FROM json_each(@kinds))'] : []),
    ...(by === 'caller' ? ['caller IS NOT NULL'] : []),
  ];
  return `SELECT kind, ${key} AS key, count(*) AS count, max(at) AS lastAt
    ${rowsBy(driver)} AND ${others.join(' AND ')} GROUP BY 1, 2`;
}
