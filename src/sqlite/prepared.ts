import type { Database, Statement } from 'better-sqlite3';

/** Prepares each text once, for queries that are put together from a few parts. */
export function keepPrepared(database: Database): <T>(sql: string) => Statement<[object], T> {
  const prepared = new Map<string, Statement<[object]>>();
  return <T>(sql: string): Statement<[object], T> => {
    const known = prepared.get(sql) ?? database.prepare<[object]>(sql);
    prepared.set(sql, known);
    return known as Statement<[object], T>;
  };
}
