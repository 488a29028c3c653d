import { existsSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import { checkOurs } from './database.ts';
import { accessErrorOf } from './faults.ts';
import { checkMigrations, readMigrations } from './migrations.ts';

/** Pages of 4 KiB in one step. */
const pagesAtOnce = 1000;

/** Longer than a server needs for any transaction. Milliseconds. */
const patience = 10_000;

/**
 * Copies a database into an empty file, as it is at this moment, while others write to it.
 * @param progress told now and then: how much of it is there, 0 to 1.
 * @throws AccessError `store-failed`; `not-found` when there is none.
 */
export async function copyDatabase(
  from: string,
  to: string,
  progress: (part: number) => void,
): Promise<void> {
  if (!existsSync(from)) throw new AccessError('not-found', `There is no database at ${from}.`);
  await using(from, { readonly: true }, async (database) => {
    checkOurs(database);
    // one look at it from beginning to end: with every write of others it would start again
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    await database.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        progress(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return pagesAtOnce;
      },
    });
  });
  // one file, with nothing beside it
  await using(to, {}, (database) => void database.pragma('journal_mode = DELETE'));
}

/**
 * Looks through a copy that nobody else uses: ours, whole, and not newer than this program.
 * @throws AccessError `store-failed` saying what is wrong with it.
 */
export async function checkCopy(
  path: string,
  options: { readonly migrations: string },
): Promise<void> {
  const known = readMigrations(options.migrations);
  await using(path, { readonly: true }, (database) => {
    if (!checkOurs(database)) throw new AccessError('store-failed', 'There is nothing in it.');
    const verdict = database.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') {
      throw new AccessError('store-failed', 'It is damaged.', { cause: verdict });
    }
    checkMigrations(database, known);
  });
}

/**
 * Puts all of a database into its one file. False where it is too damaged for that.
 * @throws AccessError `conflict` when another process uses it.
 */
export async function settleDatabase(path: string): Promise<boolean> {
  try {
    // SQLite gives it up only to who is alone with it
    await using(path, {}, (database) => void database.pragma('journal_mode = DELETE'));
    return true;
  } catch (error) {
    const code = String((error as { cause?: { code?: unknown } }).cause?.code);
    if (/^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(code)) return false;
    if (!/^SQLITE_(?:BUSY|LOCKED)/.test(code)) throw error;
    throw new AccessError(
      'conflict',
      `Another process uses ${path}: stop dialgate ("systemctl stop dialgate") and whatever else reads it, such as "dialgate audit export".`,
      { cause: error },
    );
  }
}

async function using<T>(
  path: string,
  options: { readonly readonly?: boolean },
  work: (database: Database) => Promise<T> | T,
): Promise<T> {
  let database: Database | undefined;
  try {
    database = new Sqlite(path, { fileMustExist: true, timeout: patience, ...options });
    return await work(database);
  } catch (cause) {
    const error = accessErrorOf(cause);
    throw new AccessError(error.code, `${path}: ${error.message}`, { cause: error.cause ?? error });
  } finally {
    database?.close();
  }
}
