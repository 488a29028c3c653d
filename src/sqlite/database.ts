import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import { accessErrorOf } from './faults.ts';
import { checkMigrations, migrate, readMigrations } from './migrations.ts';

export type { Database };

/** "dgat": marks the file as ours, so that a mistyped path never alters another program's database. */
const applicationId = 0x64_67_61_74;

/**
 * How long a write waits for another process (a CLI beside the server), in
 * milliseconds. better-sqlite3 waits inside the event loop, so every call on the
 * line waits too: long enough for any transaction of ours, and no longer.
 */
const busyTimeout = 2000;

/**
 * Opens the database, making it (mode 0600) when it is not there, and brings it
 * up to date from the folder of migrations.
 *
 * @throws AccessError `store-failed` saying what to do: not a database, another
 * program's, damaged, locked, unreadable, or newer than this code.
 */
export function openDatabase(
  path: string,
  options: { readonly migrations: string; readonly now?: () => number },
): Database {
  const known = readMigrations(options.migrations);
  let database: Database | undefined;
  try {
    makePrivate(path);
    database = new Sqlite(path, { timeout: busyTimeout });
    // before it is opened for writing, which may take what a crash has left into the file
    const unclean = existsSync(`${path}-wal`);
    if (checkOurs(database) && (unclean || isSmall(database))) checkWhole(database, path);
    configure(database);
    migrate(database, known, (options.now ?? Date.now)());
    gatherStatistics(database);
    return database;
  } catch (cause) {
    database?.close();
    const error = accessErrorOf(cause);
    throw new AccessError(error.code, `${path}: ${error.message}`, { cause: error.cause ?? error });
  }
}

/**
 * Looks whether `openDatabase` would take this file, and changes nothing.
 *
 * @throws AccessError `store-failed` as openDatabase does; a file that is not there is no fault.
 */
export function inspectDatabase(path: string, options: { readonly migrations: string }): void {
  if (!existsSync(path)) return;
  const known = readMigrations(options.migrations);
  let database: Database | undefined;
  try {
    accessSync(path, constants.W_OK);
    database = new Sqlite(path, { readonly: true, timeout: busyTimeout });
    if (checkOurs(database)) checkWhole(database, path);
    checkMigrations(database, known);
  } catch (cause) {
    const error = accessErrorOf(cause);
    throw new AccessError(error.code, `${path}: ${error.message}`, { cause: error.cause ?? error });
  } finally {
    database?.close();
  }
}

/** SQLite gives -wal and -shm the mode of the main file, so this guards all three. */
function makePrivate(path: string): void {
  if (path === ':memory:') return;
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new AccessError(
      'store-failed',
      'The database cannot be opened for writing. Check that its folder exists and that both belong to the user that runs dialgate.',
      { cause },
    );
  }
}

/** @throws AccessError `store-failed` when it is another program's; answers whether there is anything in it. */
export function checkOurs(database: Database): boolean {
  // in this order: a process that makes the database beside us marks it first
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  const id = database.pragma('application_id', { simple: true });
  if (id !== applicationId && tables !== 0) {
    throw new AccessError(
      'store-failed',
      'This database belongs to another program. Check the configured path.',
    );
  }
  return tables !== 0;
}

/** Looked through in a tenth of a second or so. */
const smallBytes = 64 * 1024 * 1024;

/**
 * A large one is looked through only where the last process did not end well: reading gigabytes at each start
 * keeps callers waiting for minutes, and what a running SQLite writes and closes is whole but for a
 * fault of the disk, which shows where it is read. A backup looks at all of it each time.
 */
function isSmall(database: Database): boolean {
  const of = (name: string): number => Number(database.pragma(name, { simple: true }));
  return of('page_size') * of('page_count') <= smallBytes;
}

function checkWhole(database: Database, path: string): void {
  const verdict = database.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') {
    throw new AccessError(
      'store-failed',
      `The database is damaged. Stop dialgate, keep a copy of ${path}, and restore the last backup.`,
      { cause: verdict },
    );
  }
}

function configure(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  // what power failure may take is decided in transactions.ts
  database.pragma('synchronous = NORMAL');
  if (database.pragma('application_id', { simple: true }) !== applicationId) {
    database.pragma(`application_id = ${applicationId}`);
  }
}

/** From a sample: with a million audit rows, a search by two things takes 0.4 ms instead of 250. */
function gatherStatistics(database: Database): void {
  try {
    database.pragma('optimize = 0x10002');
  } catch {
    // a help and no need: somebody else is writing, and the next start will do it
  }
}
