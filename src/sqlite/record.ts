import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { AuditKeeping } from '../domain/ports.ts';
import { createAuditReading } from './audit-reading.ts';
import { checkOurs } from './database.ts';
import { accessErrorOf } from './faults.ts';
import { createTransactions } from './transactions.ts';

/** The record alone, to be read beside whoever writes it. */
export interface OpenRecord extends Pick<AuditKeeping, 'source' | 'select' | 'extent'> {
  close(): void;
}

/**
 * Opens the database for reading alone. It is not looked through for damage first: a record
 * of millions of rows is read once, not twice.
 * @throws AccessError `store-failed`; `not-found` when there is none.
 */
export function openRecord(path: string): OpenRecord {
  if (!existsSync(path)) throw new AccessError('not-found', `There is no database at ${path}.`);
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(path, { readonly: true, timeout: 5000 });
    checkOurs(database);
    const opened = database;
    return {
      ...createAuditReading(opened, createTransactions(opened)),
      close: () => void opened.close(),
    };
  } catch (cause) {
    database?.close();
    const { code, message } = accessErrorOf(cause);
    throw new AccessError(code, `${path}: ${message}`, { cause });
  }
}
