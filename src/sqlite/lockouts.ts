import type { Database } from 'better-sqlite3';
import { noFailures, type Failures } from '../domain/lockout.ts';
import type { LockoutStore, LockoutSubject } from '../domain/ports.ts';
import type { AuditWriter } from './audit-writer.ts';
import { checkedLimit, instant } from './columns.ts';
import type { Transactions } from './transactions.ts';

export function createLockoutStore(
  database: Database,
  { read, write }: Transactions,
  audit: AuditWriter,
): LockoutStore {
  const bySubject = database.prepare<[string], Failures>(
    'SELECT count, last_at AS lastAt FROM lockouts WHERE subject = ?',
  );
  const all = database.prepare<[], Failures & { readonly subject: LockoutSubject }>(
    'SELECT subject, count, last_at AS lastAt FROM lockouts ORDER BY last_at DESC, subject',
  );
  const page = database.prepare<[object], Failures & { readonly subject: LockoutSubject }>(
    `SELECT subject, count, last_at AS lastAt FROM lockouts
     WHERE last_at <= @lastAt AND (last_at < @lastAt OR subject > @subject)
     ORDER BY last_at DESC, subject LIMIT @limit`,
  );
  const forgetBefore = database.prepare<[number]>('DELETE FROM lockouts WHERE last_at < ?');
  const put = database.prepare<[string, number, number]>(
    `INSERT INTO lockouts (subject, count, last_at) VALUES (?, ?, ?)
     ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last_at = excluded.last_at`,
  );
  const forget = database.prepare<[string]>('DELETE FROM lockouts WHERE subject = ?');

  return {
    failuresOf: (subject) => read(() => bySubject.get(subject) ?? noFailures),
    list: () => read(() => all.all().map(({ subject, ...failures }) => ({ subject, failures }))),
    page: ({ after, limit }) =>
      read(() =>
        page
          .all({
            lastAt: after?.lastAt ?? Number.MAX_SAFE_INTEGER,
            subject: after?.subject ?? '',
            limit: checkedLimit(limit),
          })
          .map(({ subject, ...failures }) => ({ subject, failures })),
      ),
    forgetBefore: (at) => write(() => forgetBefore.run(instant(at)).changes),
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
