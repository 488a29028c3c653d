import type { Database } from 'better-sqlite3';
import type { Address } from '../domain/address.ts';
import type { Resolution, Unanswered } from '../domain/entry.ts';
import type { Instant } from '../domain/time.ts';
import { instant, listOf, listText } from './columns.ts';

interface Row {
  readonly addresses: string;
  readonly resolved_at: number | null;
  readonly changed_at: number | null;
  readonly failing_since: number | null;
  readonly failure: string | null;
  readonly unanswered: string;
}

/** What names mean, inside the transaction under way. */
export function createResolutionStore(database: Database) {
  const byEntry = database.prepare<[number], Row>('SELECT * FROM resolutions WHERE entry_id = ?');
  const failing = database
    .prepare<[], number>('SELECT count(*) FROM resolutions WHERE failing_since IS NOT NULL')
    .pluck();
  const put = database.prepare(
    `INSERT INTO resolutions VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (entry_id) DO UPDATE SET addresses = excluded.addresses,
       resolved_at = excluded.resolved_at, changed_at = excluded.changed_at,
       failing_since = excluded.failing_since, failure = excluded.failure,
       unanswered = excluded.unanswered`,
  );
  return {
    of(id: number): Resolution | undefined {
      const row = byEntry.get(id);
      return row && resolutionOf(row);
    },
    failing: (): number => failing.get() ?? 0,
    put(id: number, resolution: Resolution): void {
      const { addresses, resolvedAt, changedAt, failingSince, failure, unanswered } = resolution;
      put.run(
        id,
        listText(addresses),
        instantOrNull(resolvedAt),
        instantOrNull(changedAt),
        instantOrNull(failingSince),
        failure,
        JSON.stringify(unanswered),
      );
    },
  };
}

const instantOrNull = (at: Instant | null): number | null => (at === null ? null : instant(at));

const resolutionOf = (row: Row): Resolution => ({
  addresses: listOf(row.addresses) as Address[],
  resolvedAt: row.resolved_at,
  changedAt: row.changed_at,
  failingSince: row.failing_since,
  failure: row.failure,
  unanswered: JSON.parse(row.unanswered) as Unanswered[],
});
