import type { Database } from 'better-sqlite3';
import type { Stores } from '../domain/ports.ts';
import { createAuditLog, createAuditWriter } from './audit-log.ts';
import { createCallStore } from './calls.ts';
import { createEntryStore } from './entries.ts';
import { createGrantStore } from './grants.ts';
import { createLockoutStore } from './lockouts.ts';
import { createTokenStore } from './tokens.ts';
import { createTransactions } from './transactions.ts';
import { createUserStore } from './users.ts';

/**
 * The stores on one open database. `close` folds the write-ahead log back into
 * the file; work asked for afterwards is refused with `store-failed`.
 */
export function createStores(database: Database): Stores & { close(): void } {
  const transactions = createTransactions(database);
  const write = createAuditWriter(database);
  return {
    users: createUserStore(database, transactions, write),
    grants: createGrantStore(database, transactions, write),
    calls: createCallStore(database, transactions, write),
    audit: createAuditLog(database, transactions, write),
    lockouts: createLockoutStore(database, transactions, write),
    tokens: createTokenStore(database, transactions, write),
    entries: createEntryStore(database, transactions, write),
    close: () => {
      database.close();
    },
  };
}
