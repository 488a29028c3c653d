import type { Database } from 'better-sqlite3';
import type { FloodRule, NewNotice } from '../domain/notice.ts';

/** Puts one notice in the queue, or adds it to one that sums up, inside the transaction under way. */
export type AddNotice = (
  notice: NewNotice & { readonly delivery: string },
  at: number,
  rule: FloodRule,
) => void;

export function createNoticeAdding(database: Database): AddNotice {
  const insert = database.prepare<[object]>(
    `INSERT INTO notices (delivery, receiver, kind, about, made_at, not_before)
     VALUES (@delivery, @receiver, @kind, @about, @at, @notBefore)`,
  );
  const recent = database
    .prepare<[object], number>(
      `SELECT count(*) FROM (SELECT 1 FROM notices
       WHERE receiver = @receiver AND kind = @kind AND made_at > @since LIMIT @oneByOne)`,
    )
    .pluck();
  const waitingFor = database
    .prepare<[string], number>(
      `SELECT count(*) FROM notices WHERE receiver = ? AND state = 'waiting'`,
    )
    .pluck();
  // what has been tried may have arrived as it was
  const last = database.prepare<[string, string], { id: number; held: number }>(
    `SELECT id, not_before > made_at AS held FROM notices
     WHERE receiver = ? AND kind = ? AND state = 'waiting' AND tries = 0
     ORDER BY id DESC LIMIT 1`,
  );
  const addTo = database.prepare<[string, number]>(
    'UPDATE notices SET count = count + 1, about = ? WHERE id = ?',
  );

  return ({ delivery, receiver, about }, at, { oneByOne, within, mostWaiting }) => {
    const { kind } = about;
    const text = JSON.stringify(about);
    const summary = last.get(receiver, kind);
    const crowded = (waitingFor.get(receiver) ?? 0) >= mostWaiting;
    if (summary && (summary.held === 1 || crowded)) {
      addTo.run(text, summary.id);
      return;
    }
    const since = at - within * 1000;
    const many = (recent.get({ receiver, kind, since, oneByOne }) ?? 0) >= oneByOne;
    const notBefore = many ? at + within * 1000 : at;
    insert.run({ delivery, receiver, kind, about: text, at, notBefore });
  };
}
