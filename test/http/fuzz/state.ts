import { createHash } from 'node:crypto';
import type { Database } from '../../../src/sqlite/database.ts';

/** The record tells of what was done, and answers are kept for who asks again: neither is what requests change. */
const aside = /^(audit|kept_answers|sqlite_)/;

/** Looks which tables have changed, but for those. */
export interface State {
  /** The tables that are other than when this was last asked. */
  changed(): readonly string[];
}

export function watchState(database: Database): State {
  const tables = database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .pluck()
    .all()
    .filter((name) => !aside.test(name))
    .map((name) => ({ name, rows: database.prepare(`SELECT * FROM ${name}`).raw() }));
  const changes = database.prepare<[], number>('SELECT total_changes()').pluck();
  const hashes = new Map<string, string>();
  let looked: number | undefined;

  function changed(): string[] {
    const now = changes.get();
    if (now === looked) return [];
    looked = now;
    return tables.flatMap(({ name, rows }) => {
      const hash = createHash('sha256').update(JSON.stringify(rows.all())).digest('base64');
      if (hashes.get(name) === hash) return [];
      hashes.set(name, hash);
      return [name];
    });
  }

  changed();
  return { changed };
}
