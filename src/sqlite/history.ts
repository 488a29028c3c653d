import type { Database } from 'better-sqlite3';
import type { HistoryKeeping } from '../domain/ports.ts';
import { instant } from './columns.ts';
import type { Transactions } from './transactions.ts';

/** What became of calls and grants, as long as the record has rows about it. */
export function createHistoryKeeping(
  database: Database,
  { read, write }: Transactions,
): HistoryKeeping {
  const removedTo = database
    .prepare<[], number>('SELECT to_at FROM audit_removals ORDER BY through_seq DESC LIMIT 1')
    .pluck();
  // one that must stay keeps those behind it, so that no look is longer than what goes
  const grants = database.prepare<[number], { id: number; ended_at: number | null }>(
    'SELECT id, ended_at FROM grants ORDER BY id LIMIT ?',
  );
  const calls = database.prepare<[number], { id: number; ended_at: number | null; granted: 0 | 1 }>(
    `SELECT id, ended_at, EXISTS (SELECT 1 FROM grants WHERE call_id = calls.id) AS granted
     FROM calls ORDER BY id LIMIT ?`,
  );
  const removeGrants = database.prepare<[number]>('DELETE FROM grants WHERE id <= ?');
  const unlink = database.prepare<[number, number]>(
    'UPDATE calls SET call_back_of = NULL WHERE call_back_of <= ? AND id > ?',
  );
  const removeCalls = database.prepare<[number]>('DELETE FROM calls WHERE id <= ?');

  return {
    removedTo: () => read(() => removedTo.get() ?? null),
    forgetBefore: (cutoff, limit) =>
      write(() => {
        const before = instant(cutoff);
        const old = ({ ended_at: endedAt }: { ended_at: number | null }): boolean =>
          endedAt !== null && endedAt < before;
        const oldGrants = beginning(grants.all(limit), old);
        if (oldGrants.last) removeGrants.run(oldGrants.last.id);
        const oldCalls = beginning(calls.all(limit), (call) => old(call) && call.granted === 0);
        if (oldCalls.last) {
          unlink.run(oldCalls.last.id, oldCalls.last.id);
          removeCalls.run(oldCalls.last.id);
        }
        return oldGrants.count + oldCalls.count;
      }),
  };
}

/** Those from the first one on that may go. */
function beginning<Row>(rows: readonly Row[], mayGo: (row: Row) => boolean) {
  const stays = rows.findIndex((row) => !mayGo(row));
  const count = stays === -1 ? rows.length : stays;
  return { count, last: rows[count - 1] };
}
