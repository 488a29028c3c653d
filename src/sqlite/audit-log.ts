import type { Database } from 'better-sqlite3';
import type { AuditRow } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import { createAuditPages } from './audit-pages.ts';
import type { AuditWriter } from './audit-writer.ts';
import type { Transactions } from './transactions.ts';

export function createAuditLog(
  database: Database,
  { read, write: transaction }: Transactions,
  write: AuditWriter,
): AuditLog {
  const pageOf = createAuditPages(database);
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
  };
}
