import type { Database } from 'better-sqlite3';
import { noFailures, type Failures } from '../domain/lockout.ts';
import type { LockoutStore } from '../domain/ports.ts';
import type { AuditWriter } from './audit-log.ts';
import { instant } from './columns.ts';
import type { Transactions } from './transactions.ts';

export function createLockoutStore(
  database: Database,
  { read, write }: Transactions,
  audit: AuditWriter,
): LockoutStore {
  const bySubject = database.prepare<[string], Failures>(
    'SELECT count, last_at AS lastAt FROM lockouts WHERE subject = ?',
  );
  const put = database.prepare<[string, number, number]>(
    `INSERT INTO lockouts (subject, count, last_at) VALUES (?, ?, ?)
     ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last_at = excluded.last_at`,
  );
  const forget = database.prepare<[string]>('DELETE FROM lockouts WHERE subject = ?');

  return {
    failuresOf: (subject) => read(() => bySubject.get(subject) ?? noFailures),
    record: (changes, entries) =>
      write(() => {
        for (const { subject, failures } of changes) {
          // no row means no failures, so that the table holds offenders only
          if (failures.count === 0) forget.run(subject);
          else put.run(subject, failures.count, instant(failures.lastAt));
        }
        for (const entry of entries) audit(entry);
      }),
  };
}
