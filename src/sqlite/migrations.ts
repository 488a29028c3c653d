import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';

/** One numbered file in db/, such as `0001_init.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

type Applied = Omit<Migration, 'sql'>;

/** Reads the folder; throws `store-failed` when it is missing or the numbers have a gap. */
export function readMigrations(folder: string): Migration[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  } catch (cause) {
    throw new AccessError(
      'store-failed',
      `The migrations folder ${folder} cannot be read; install dialgate again.`,
      { cause },
    );
  }
  return names.sort().map((name, index) => {
    const number = Number(/^([0-9]{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) {
      throw new AccessError(
        'store-failed',
        `The migration ${name} is out of order (number ${index + 1} was expected); install dialgate again.`,
      );
    }
    const sql = readFileSync(join(folder, name), 'utf8');
    return { number, name, checksum: createHash('sha256').update(sql).digest('hex'), sql };
  });
}

/** What the database has had so far; empty for a new one. */
function applied(database: Database): Applied[] {
  const table = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'")
    .get();
  if (!table) return [];
  return database
    .prepare<[], Applied>('SELECT number, name, checksum FROM migrations ORDER BY number')
    .all();
}

/** Throws `store-failed` unless what was applied is a beginning of what we know. */
function checkHistory(done: readonly Applied[], known: readonly Migration[]): void {
  const newest = done.at(-1);
  if (newest && newest.number > known.length) {
    throw new AccessError(
      'store-failed',
      `The database was written by a newer dialgate (it has ${newest.name}, this one knows ${known.length} migration(s)). ` +
        'Install that version again, or restore the backup made before the upgrade.',
    );
  }
  for (const [index, had] of done.entries()) {
    const ours = known[index];
    if (ours?.number !== had.number || ours.checksum !== had.checksum) {
      throw new AccessError(
        'store-failed',
        `The database was made with another version of the migration ${had.name} than the one installed. ` +
          'Install the release that made it, or put the original file back: applied migrations never change.',
      );
    }
  }
}

/** @throws AccessError `store-failed` when the database is newer than this code or was made by other migrations. */
export function checkMigrations(database: Database, known: readonly Migration[]): void {
  checkHistory(applied(database), known);
}

/**
 * Brings the database up to date, one transaction a migration, each with its
 * record. Two processes that start at once take turns, and the second finds the
 * work done: the history is read again inside each transaction.
 */
export function migrate(database: Database, known: readonly Migration[], now: number): void {
  const step = database.transaction((): boolean => {
    const done = applied(database);
    checkHistory(done, known);
    const next = known[done.length];
    if (!next) return false;
    if (done.length === 0) {
      database.exec(
        `CREATE TABLE migrations (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, at INTEGER NOT NULL
         ) STRICT`,
      );
    }
    database.exec(next.sql);
    database
      .prepare('INSERT INTO migrations (number, name, checksum, at) VALUES (?, ?, ?, ?)')
      .run(next.number, next.name, next.checksum, now);
    return true;
  });
  // reading first keeps a start without news from taking the write lock
  checkHistory(applied(database), known);
  if (applied(database).length === known.length) return;
  while (step.immediate());
}
