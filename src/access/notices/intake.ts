import type { NewNotice } from '../../domain/notice.ts';
import type { AuditLog, NoticeQueue, UserStore } from '../../domain/ports.ts';
import { after, type Clock, type Seconds } from '../../domain/time.ts';
import { receiversOf, type Told } from './wanted.ts';

/** Rows in one go: some milliseconds, for which calls wait. */
const some = 200;

/** A handful one by one, and then one that sums up ten minutes. */
const floodRule = { oneByOne: 3, within: 600, mostWaiting: 500 } as const;

export interface IntakeParts {
  readonly audit: Pick<AuditLog, 'after' | 'ends'>;
  readonly users: Pick<UserStore, 'byId'>;
  readonly queue: NoticeQueue;
  readonly told: Told;
  readonly clock: Clock;
  /** What is older when it is first seen is not worth telling. */
  readonly stale: Seconds;
}

/** Fills the queue from the record. */
export interface Intake {
  /** From the end of the record on, where it was never looked through. */
  begin(): Promise<void>;
  /** Looks through some rows; true when there may be more. */
  readOn(): Promise<boolean>;
}

export function createIntake(parts: IntakeParts): Intake {
  const { audit, users, queue, told, clock, stale } = parts;
  const tellsAnybody = told.webhooks.length + told.administrators.length > 0 || told.users;

  return {
    async begin() {
      // who is told one day shall not be told of all that was before
      if (!tellsAnybody) await queue.setCursor(undefined);
      else if ((await queue.cursor()) === undefined) {
        await queue.setCursor((await audit.ends()).last ?? 0);
      }
    },
    async readOn() {
      const from = await queue.cursor();
      if (from === undefined) return false;
      const rows = await audit.after(from, some);
      const last = rows.at(-1);
      if (!last) return false;
      const now = clock.now();
      const notices: NewNotice[] = [];
      for (const row of rows) {
        if (row.at < after(now, -stale)) continue;
        for (const receiver of receiversOf(row, told)) {
          const isUser = receiver.startsWith('user:') && row.userId !== undefined;
          if (isUser && !(await users.byId(row.userId))?.email) continue;
          notices.push({ receiver, about: row });
        }
      }
      await queue.fill(from, last.seq, notices, now, floodRule);
      return rows.length === some;
    },
  };
}
