import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { NoticeFilter, NoticeQueue } from '../domain/ports.ts';
import type { NewNotice, Notice } from '../domain/notice.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant } from './columns.ts';
import { filtered } from './filtered.ts';
import { createNoticeAdding } from './notice-adding.ts';
import type { Transactions } from './transactions.ts';

interface Row extends Omit<Notice, 'about'> {
  readonly about: string;
}

const columns = `id, delivery, receiver, about, count, made_at AS madeAt, tries, why, state,
  ended_at AS endedAt`;

export function createNoticeQueue(
  database: Database,
  { read, write }: Transactions,
  audit: AuditWriter,
): NoticeQueue {
  const cursor = database.prepare<[], number>('SELECT seq FROM notice_cursor').pluck();
  const putCursor = database.prepare<[number]>(
    'INSERT INTO notice_cursor VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET seq = excluded.seq',
  );
  const dropCursor = database.prepare('DELETE FROM notice_cursor');
  // what sums up and what has failed wait for their time; one that is too far ahead is of a clock
  // that was set back
  const ready = `state = 'waiting'
    AND (not_before <= @now OR not_before = made_at OR not_before > @latest)`;
  const heads = database.prepare<[object], Pick<Notice, 'id' | 'receiver'>>(
    `SELECT min(id) AS id, receiver FROM notices WHERE ${ready} GROUP BY receiver ORDER BY 1`,
  );
  const leastTried = database
    .prepare<[object], number>(
      `SELECT id FROM notices WHERE receiver = @receiver AND ${ready} ORDER BY tries, id LIMIT 1`,
    )
    .pluck();
  const nextAt = database
    .prepare<[number], number | null>(
      `SELECT min(not_before) FROM notices WHERE state = 'waiting' AND not_before > ? AND not_before > made_at`,
    )
    .pluck();
  const begin = database.prepare<[number], Row>(
    `UPDATE notices SET tries = tries + 1, why = NULL WHERE id = ? AND state = 'waiting'
     RETURNING ${columns}`,
  );
  const end = database.prepare<[object]>(
    `UPDATE notices SET state = @state, ended_at = @at, why = @why
     WHERE id = @id AND state = 'waiting'`,
  );
  // made later than now: the clock was set back since
  const tried = database.prepare<[object]>(
    `UPDATE notices SET why = @why, made_at = min(made_at, @now), not_before = @until
     WHERE id = @id AND state = 'waiting'`,
  );
  const giveUp = database.prepare<[object]>(
    `UPDATE notices SET state = 'failed', ended_at = @at, why = @why
     WHERE receiver = @receiver AND state = 'waiting' AND made_at < @before`,
  );
  const receivers = database
    .prepare<[], string>(`SELECT DISTINCT receiver FROM notices WHERE state = 'waiting'`)
    .pluck();
  const drop = database.prepare<[string]>(
    `DELETE FROM notices WHERE receiver = ? AND state = 'waiting'`,
  );
  const page = filtered<NoticeFilter, Row>(
    database,
    (where) =>
      `SELECT ${columns} FROM notices WHERE id < @before${where} ORDER BY id DESC LIMIT @limit`,
    [['state', 'state = @state']],
  );
  const waiting = database.prepare<[], { waiting: number; oldestAt: number | null }>(
    `SELECT count(*) AS waiting, min(made_at) AS oldestAt FROM notices WHERE state = 'waiting'`,
  );
  const failed = database
    .prepare<[], number>(`SELECT count(*) FROM notices WHERE state = 'failed'`)
    .pluck();
  const forget = database.prepare<[string, number]>(
    'DELETE FROM notices WHERE state = ? AND ended_at < ?',
  );
  const add = createNoticeAdding(database);

  return {
    cursor: () => read(() => cursor.get()),
    setCursor: (seq) =>
      write(() => void (seq === undefined ? dropCursor.run() : putCursor.run(seq))),
    fill: (from, through, notices: readonly NewNotice[], at, rule) =>
      write(() => {
        if (cursor.get() !== from) return false;
        for (const notice of notices) add({ delivery: randomUUID(), ...notice }, instant(at), rule);
        putCursor.run(through);
        return true;
      }),
    heads: (now, latest) => read(() => heads.all({ now: instant(now), latest: instant(latest) })),
    leastTried: (receiver, now, latest) =>
      read(() => leastTried.get({ receiver, now: instant(now), latest: instant(latest) })),
    nextAt: (now) => read(() => nextAt.get(instant(now)) ?? undefined),
    begin: (id) =>
      write(() => {
        const row = begin.get(id);
        return row && noticeOf(row);
      }),
    sent: (id, at) => write(() => void end.run({ id, at: instant(at), state: 'sent', why: null })),
    tried: (id, why, now, until) =>
      write(() => void tried.run({ id, why, now: instant(now), until: instant(until) })),
    giveUp: (which, why, entry) =>
      write(() => {
        const at = instant(entry.at);
        const { changes } =
          'id' in which
            ? end.run({ id: which.id, at, why, state: 'failed' })
            : giveUp.run({ receiver: which.receiver, before: instant(which.before), at, why });
        if (changes > 0) audit({ ...entry, detail: { ...entry.detail, count: changes } });
        return changes;
      }),
    keepOnly: (wanted, users) =>
      write(() => {
        const gone = receivers
          .all()
          .filter((one) => !(wanted as readonly string[]).includes(one))
          .filter((one) => !(users && one.startsWith('user:')));
        return gone.reduce((sum, one) => sum + drop.run(one).changes, 0);
      }),
    page: (filter) => read(() => page(filter).map(noticeOf)),
    counts: () =>
      read(() => ({
        ...(waiting.get() ?? { waiting: 0, oldestAt: null }),
        failed: failed.get() ?? 0,
      })),
    forget: (sentBefore, failedBefore) =>
      write(() => {
        forget.run('sent', instant(sentBefore));
        forget.run('failed', instant(failedBefore));
      }),
  };
}

function noticeOf({ about, ...row }: Row): Notice {
  return { ...row, about: JSON.parse(about) as Notice['about'] };
}
