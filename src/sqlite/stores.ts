import type { Database } from 'better-sqlite3';
import type { AuditKeeping, RecordSeal, Stores } from '../domain/ports.ts';
import { createAuditKeeping } from './audit-keeping.ts';
import { createAuditLog } from './audit-log.ts';
import { createAuditWriter } from './audit-writer.ts';
import { createAnswerStore } from './answers.ts';
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
export function createStores(
  database: Database,
  seal: RecordSeal,
): Stores & { readonly keeping: AuditKeeping; close(): void } {
  const transactions = createTransactions(database);
  const write = createAuditWriter(database, seal);
  return {
    users: createUserStore(database, transactions, write),
    grants: createGrantStore(database, transactions, write),
    calls: createCallStore(database, transactions, write),
    audit: createAuditLog(database, transactions, write),
    lockouts: createLockoutStore(database, transactions, write),
    tokens: createTokenStore(database, transactions, write),
    entries: createEntryStore(database, transactions, write),
    keeping: createAuditKeeping(database, transactions, seal, write),
    answers: createAnswerStore(database, transactions),
    close: () => {
      database.close();
    },
  };
}
