import type { Database } from 'better-sqlite3';
import type { AuditPage } from '../domain/audit.ts';
import type { AuditFilter } from '../domain/ports.ts';
import { asked, conditions, type Name } from './audit-conditions.ts';
import { auditRowOf, type AuditColumns } from './audit-rows.ts';
import { timesOf, timeSpans } from './audit-times.ts';
import { pageBounds } from './columns.ts';
import { keepPrepared } from './prepared.ts';

export interface PageEffort {
  /** As many entries of an index are looked at for one page. */
  readonly budget: number;
  /** Which condition is the rarest hereabouts, so many of its entries tell. */
  readonly probe: number;
}

/** Some 10 ms. */
const usualEffort: PageEffort = { budget: 10_000, probe: 1000 };

type Bounds = Readonly<Record<string, string | number>> & {
  readonly before: number;
  readonly floor: number;
};

/**
 * Pages by number, newest first. With one condition its index has the page at once, at any
 * depth. With several, entries of the rarest are looked for in the indexes of the others,
 * so many for a page and no more: a page may be short, and the next one goes on.
 */
export function createAuditPages(
  database: Database,
  { budget, probe } = usualEffort,
): (filter: AuditFilter) => AuditPage {
  const statement = keepPrepared(database);
  const spanOf = timeSpans(database);
  const ends = database.prepare<[], { first: number | null; last: number | null }>(
    'SELECT (SELECT min(seq) FROM audit) AS first, (SELECT max(seq) FROM audit) AS last',
  );

  /** Where so many entries from here end; the floor when there are not as many. */
  function end(name: Name | undefined, entries: number, bounds: Bounds): number {
    if (name === undefined) return Math.max(bounds.floor, bounds.before - entries);
    const { index, sql } = conditions[name];
    const found = statement<{ seq: number }>(
      `SELECT seq FROM audit INDEXED BY ${index}
       WHERE ${sql('audit')} AND seq >= @floor AND seq < @before
       ORDER BY seq DESC LIMIT 1 OFFSET ${entries - 1}`,
    ).get(bounds);
    return found?.seq ?? bounds.floor;
  }

  function rarest(given: readonly Name[], bounds: Bounds): Name | undefined {
    if (given.length < 2) return given[0];
    const reached = given.map((name) => ({ name, seq: end(name, probe, bounds) }));
    return reached.reduce((least, one) => (one.seq < least.seq ? one : least)).name;
  }

  return (filter) => {
    const { before, limit } = pageBounds(filter);
    const { values, given } = asked(filter);
    const byCall = 'byCall' in values;
    const timed = filter.from !== undefined || filter.to !== undefined;
    const span = timed ? spanOf(filter) : undefined;
    if (span === 'none') return { rows: [], next: null };
    const { first, last: lastSeq } = ends.get() ?? {};
    const bounds: Bounds = {
      ...values,
      ...timesOf(filter),
      before: Math.min(before, span?.before ?? before, (lastSeq ?? 0) + 1),
      floor: Math.max(span?.floor ?? 1, first ?? 1),
    };
    const driver = rarest(given, bounds);
    const others = given.filter((name) => name !== driver);
    const certain = others.length === 0 && !timed && !byCall;
    const floor = certain ? bounds.floor : end(driver, budget, bounds);
    const found = statement<AuditColumns>(query(driver, others, timed, byCall)).all({
      ...bounds,
      floor,
      limit,
    });
    const last = found.at(-1);
    const more = found.length === limit ? last?.seq : floor > bounds.floor ? floor : undefined;
    return {
      rows: found.map(auditRowOf),
      next: more === undefined || more <= bounds.floor ? null : more,
    };
  };
}

function query(
  driver: Name | undefined,
  others: readonly Name[],
  timed: boolean,
  byCall: boolean,
): string {
  const by = driver === undefined ? 'NOT INDEXED' : `INDEXED BY ${conditions[driver].index}`;
  const where = [
    ...(driver === undefined ? [] : [conditions[driver].sql('a')]),
    'a.seq >= @floor AND a.seq < @before',
    // in the index alone: the rows themselves lie far from each other
    ...others.map(
      (name) =>
        `EXISTS (SELECT 1 FROM audit b INDEXED BY ${conditions[name].index}
                 WHERE ${conditions[name].sql('b')} AND b.seq = a.seq)`,
    ),
    ...(timed ? ['a.at >= @from AND a.at < @to'] : []),
    ...(byCall ? ['a.actor = @byCall'] : []),
  ];
  return `SELECT audit.* FROM
      (SELECT a.seq FROM audit a ${by} WHERE ${where.join(' AND ')}
       ORDER BY a.seq DESC LIMIT @limit) AS found
    CROSS JOIN audit ON audit.seq = found.seq ORDER BY audit.seq DESC`;
}
