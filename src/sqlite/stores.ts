import type { Database } from 'better-sqlite3';
import type {
  AuditKeeping,
  HistoryKeeping,
  NoticeQueue,
  RecordSeal,
  Stores,
  StoreSize,
} from '../domain/ports.ts';
import { createAuditFollowers } from './audit-followers.ts';
import { createAuditKeeping } from './audit-keeping.ts';
import { createAuditLog } from './audit-log.ts';
import { createAuditWriter, type AuditWriter } from './audit-writer.ts';
import { createAnswerStore } from './answers.ts';
import { createCallStore } from './calls.ts';
import { createEntryStore } from './entries.ts';
import { createGrantStore } from './grants.ts';
import { createHistoryKeeping } from './history.ts';
import { createLockoutStore } from './lockouts.ts';
import { createNoticeQueue } from './notices.ts';
import { createTokenStore } from './tokens.ts';
import { createTransactions } from './transactions.ts';
import { createUserStore } from './users.ts';

/**
 * The stores on one open database. `close` folds the write-ahead log back into
 * the file; work asked for afterwards is refused with `store-failed`.
 */
export function createStores(
  database: Database,
  seal: RecordSeal,
): Stores & {
  readonly keeping: AuditKeeping;
  readonly history: HistoryKeeping;
  readonly notices: NoticeQueue;
  size(): Promise<StoreSize>;
  close(): void;
} {
  const transactions = createTransactions(database);
  const followers = createAuditFollowers();
  const writer = createAuditWriter(database, seal);
  const write: AuditWriter = (entry) => {
    followers.rowsComing();
    return writer(entry);
  };
  return {
    users: createUserStore(database, transactions, write),
    grants: createGrantStore(database, transactions, write),
    calls: createCallStore(database, transactions, write),
    audit: createAuditLog(database, transactions, write, followers),
    lockouts: createLockoutStore(database, transactions, write),
    tokens: createTokenStore(database, transactions, write),
    entries: createEntryStore(database, transactions, write),
    keeping: createAuditKeeping(database, transactions, seal, write),
    notices: createNoticeQueue(database, transactions, write),
    answers: createAnswerStore(database, transactions),
    history: createHistoryKeeping(database, transactions),
    size: () => transactions.read(() => sizeOf(database)),
    close: () => {
      database.close();
    },
  };
}

function sizeOf(database: Database): StoreSize {
  const of = (name: string): number => Number(database.pragma(name, { simple: true }));
  const page = of('page_size');
  return { bytes: page * of('page_count'), freeBytes: page * of('freelist_count') };
}
