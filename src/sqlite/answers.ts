import type { Database } from 'better-sqlite3';
import type { AnswerStore, KeptAnswer } from '../domain/ports.ts';
import { instant } from './columns.ts';
import type { Transactions } from './transactions.ts';

/** In one go, so that nobody waits for it. */
const mostForgotten = 1000;

export function createAnswerStore(database: Database, { read, write }: Transactions): AnswerStore {
  const byLookup = database.prepare<[string], KeptAnswer>(
    'SELECT request, began_at AS beganAt, answer FROM kept_answers WHERE lookup = ?',
  );
  const insert = database.prepare<[string, string, string, number]>(
    'INSERT INTO kept_answers (lookup, owner, request, began_at) VALUES (?, ?, ?, ?)',
  );
  const keep = database.prepare<[string, string]>(
    'UPDATE kept_answers SET answer = ? WHERE lookup = ?',
  );
  const release = database.prepare<[string]>('DELETE FROM kept_answers WHERE lookup = ?');
  const count = database
    .prepare<[string], number>('SELECT count(*) FROM kept_answers WHERE owner = ?')
    .pluck();
  const forget = database.prepare<[number, number]>(
    `DELETE FROM kept_answers WHERE lookup IN
       (SELECT lookup FROM kept_answers WHERE began_at < ? LIMIT ?)`,
  );

  return {
    take: (lookup, owner, request, at) =>
      write(() => {
        const taken = byLookup.get(lookup);
        if (!taken) insert.run(lookup, owner, request, instant(at));
        return taken;
      }),
    keep: (lookup, answer) => write(() => void keep.run(answer, lookup)),
    release: (lookup) => write(() => void release.run(lookup)),
    countOf: (owner) => read(() => count.get(owner) as number),
    forgetBefore: (at) => write(() => forget.run(instant(at), mostForgotten).changes),
  };
}
