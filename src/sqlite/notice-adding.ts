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
  const last = database.prepare<[string, string], { id: number; held: number }>(
    `SELECT id, not_before > made_at AS held FROM notices
     WHERE receiver = ? AND kind = ? AND state = 'waiting' AND tries = 0
     ORDER BY id DESC LIMIT 1`,
  );
  // not one that is under way, which has no reason
  const lastFailed = database
    .prepare<[string, string], number>(
      `SELECT id FROM notices
       WHERE receiver = ? AND kind = ? AND state = 'waiting' AND why IS NOT NULL
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  // what has been tried may have arrived as it was: with more in it, it is another
  const addTo = database.prepare<[object]>(
    `UPDATE notices SET count = count + 1, about = @text,
       delivery = iif(tries = 0, delivery, @delivery)
     WHERE id = @id`,
  );

  return ({ delivery, receiver, about }, at, { oneByOne, within, mostWaiting }) => {
    const { kind } = about;
    const text = JSON.stringify(about);
    const crowded = (waitingFor.get(receiver) ?? 0) >= mostWaiting;
    const untried = last.get(receiver, kind);
    const summary = untried && (untried.held === 1 || crowded) ? untried.id : undefined;
    const into = summary ?? (crowded ? lastFailed.get(receiver, kind) : undefined);
    if (into !== undefined) {
      addTo.run({ id: into, text, delivery });
      return;
    }
    const since = at - within * 1000;
    const many = (recent.get({ receiver, kind, since, oneByOne }) ?? 0) >= oneByOne;
    const notBefore = many ? at + within * 1000 : at;
    insert.run({ delivery, receiver, kind, about: text, at, notBefore });
  };
}
