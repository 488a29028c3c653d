import type { Database } from 'better-sqlite3';
import type { AuditRow } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { AuditFollowers } from './audit-followers.ts';
import { createAuditPages } from './audit-pages.ts';
import { auditRowOf, type AuditColumns } from './audit-rows.ts';
import { createAuditTally } from './audit-tally.ts';
import type { AuditWriter } from './audit-writer.ts';
import { checkedLimit } from './columns.ts';
import type { Transactions } from './transactions.ts';

export function createAuditLog(
  database: Database,
  { read, write: transaction }: Transactions,
  write: AuditWriter,
  followers: Pick<AuditFollowers, 'watch'>,
): AuditLog {
  const pageOf = createAuditPages(database);
  const tally = createAuditTally(database);
  const after = database.prepare<[number, number], AuditColumns>(
    'SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const ends = database.prepare<[], { first: number | null; last: number | null }>(
    'SELECT (SELECT min(seq) FROM audit) AS first, (SELECT max(seq) FROM audit) AS last',
  );
  return {
    append: (entry) => transaction(() => write(entry)),
    page: (filter) => read(() => pageOf(filter)),
    list: (filter) =>
      read(() => {
        const rows: AuditRow[] = [];
        let { before } = filter;
        for (;;) {
          const page = pageOf({ ...filter, before, limit: filter.limit - rows.length });
          rows.push(...page.rows);
          if (page.next === null || rows.length === filter.limit) return rows;
          before = page.next;
        }
      }),
    tally: (wanted) => read(() => tally(wanted)),
    after: (seq, limit) => read(() => after.all(seq, checkedLimit(limit)).map(auditRowOf)),
    ends: () => read(() => ends.get() ?? { first: null, last: null }),
    watch: followers.watch,
  };
}
