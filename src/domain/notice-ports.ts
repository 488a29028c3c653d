import type { AuditEntry } from './attempt.ts';
import type { FloodRule, NewNotice, Notice, NoticeState, ReceiverId } from './notice.ts';
import type { Page } from './pages.ts';
import type { Instant } from './time.ts';

export interface NoticeFilter extends Page {
  readonly state?: NoticeState | undefined;
}

/** The queue of what is to be told. Nothing in it is changed but by whoever keeps it. */
export interface NoticeQueue {
  /** How far the record was looked through; undefined where it never was. */
  cursor(): Promise<number | undefined>;
  /** Where to go on from; undefined forgets it. */
  setCursor(seq: number | undefined): Promise<void>;
  /**
   * Goes on from one row to a later one and puts in the queue what the rows between tell, in one
   * transaction; floods are summed up. False, and nothing done, where the cursor stands elsewhere.
   */
  fill(
    from: number,
    through: number,
    notices: readonly NewNotice[],
    at: Instant,
    rule: FloodRule,
  ): Promise<boolean>;
  /**
   * The oldest that may be sent now, of each receiver. What may be sent later than `latest` counts,
   * too: nothing waits so long, so the clock was set back.
   */
  heads(now: Instant, latest: Instant): Promise<Pick<Notice, 'id' | 'receiver'>[]>;
  /** Of one receiver, the one with the fewest tries of those that may be sent now, as `heads` has them. */
  leastTried(receiver: ReceiverId, now: Instant, latest: Instant): Promise<number | undefined>;
  /** When the next one may be sent that waits for its time; undefined when none does. */
  nextAt(now: Instant): Promise<Instant | undefined>;
  /** A try begins: from now on nothing is added to it. */
  begin(id: number): Promise<Notice | undefined>;
  sent(id: number, at: Instant): Promise<void>;
  /** A try has failed; another may follow from `until` on, which is later than `now`. */
  tried(id: number, why: string, now: Instant, until: Instant): Promise<void>;
  /**
   * Gives up: this one, or all of the receiver that were made before a time. The entry is
   * written with how many there were in `detail.count`, unless there were none.
   */
  giveUp(
    which: { readonly id: number } | { readonly receiver: ReceiverId; readonly before: Instant },
    why: string,
    entry: AuditEntry,
  ): Promise<number>;
  /** Forgets what waits for receivers that are not there any more; returns how many. Users stay if `users`. */
  keepOnly(receivers: readonly ReceiverId[], users: boolean): Promise<number>;
  /** Newest first. */
  page(filter: NoticeFilter): Promise<Notice[]>;
  counts(): Promise<{
    readonly waiting: number;
    /** When the oldest that waits was made; null when none does. */
    readonly oldestAt: Instant | null;
    /** Given up, as long as they are kept. */
    readonly failed: number;
  }>;
  /** Forgets what has ended long ago. */
  forget(sentBefore: Instant, failedBefore: Instant): Promise<void>;
}
