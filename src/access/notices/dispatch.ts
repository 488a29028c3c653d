import type { AuditEntry } from '../../domain/attempt.ts';
import type { Notice, Outcome, ReceiverId } from '../../domain/notice.ts';
import type { NoticeQueue } from '../../domain/ports.ts';
import {
  after,
  secondsBetween,
  type Clock,
  type Instant,
  type Seconds,
} from '../../domain/time.ts';
import { waitAfter } from './backoff.ts';

/** What waits for more to sum up waits no longer than this. */
const longestHeld: Seconds = 3600;

export interface DispatchParts {
  readonly queue: NoticeQueue;
  readonly clock: Clock;
  readonly random: () => number;
  readonly giveUpAfter: Seconds;
  /** Never rejects, and ends by itself. */
  readonly send: (notice: Notice) => Promise<Outcome>;
  readonly log: (message: string, details: Readonly<Record<string, string | number>>) => void;
  /** Something has ended: there may be more to do. */
  readonly ended: () => void;
}

/**
 * Sends what waits: to each receiver in the order in which it happened, one at a time, and to
 * all of them side by side, so that nobody waits for a receiver that does not answer.
 */
export interface Dispatch {
  /** Begins what can be sent now; resolves to when to look again. */
  look(): Promise<Instant | undefined>;
  /** What is under way. Never rejects. */
  settled(): Promise<void>;
  /** How many were, so far. */
  sent(): number;
}

export function createDispatch(parts: DispatchParts): Dispatch {
  const { queue, clock, random, giveUpAfter, send, log, ended } = parts;
  const busy = new Map<ReceiverId, Promise<void>>();
  /** Those who failed the last time, and until when they are left alone. */
  const resting = new Map<ReceiverId, { readonly failures: number; readonly until: Instant }>();
  let sent = 0;

  const failing = ({ receiver, about }: Notice, why: string): AuditEntry => ({
    at: clock.now(),
    actor: 'system',
    kind: 'notification-failed',
    userId: receiver.startsWith('user:') ? about.userId : undefined,
    detail: { receiver, why },
  });

  async function hasFailed(notice: Notice, why: string, forGood: boolean): Promise<void> {
    const { id, receiver } = notice;
    const now = clock.now();
    log('a notice could not be sent', { receiver, why, tries: notice.tries });
    if (forGood) {
      await queue.giveUp({ id }, why, failing(notice, why));
      return;
    }
    const failures = (resting.get(receiver)?.failures ?? 0) + 1;
    resting.set(receiver, { failures, until: after(now, waitAfter(failures, random())) });
    await queue.tried(id, why);
    const before = after(now, -giveUpAfter);
    await queue.giveUp({ receiver, before }, why, failing(notice, why));
  }

  async function deliver(id: number, receiver: ReceiverId): Promise<void> {
    try {
      const notice = await queue.begin(id);
      if (!notice) return;
      const outcome = await send(notice);
      if (!outcome.ok) {
        await hasFailed(notice, outcome.why, outcome.forGood);
        return;
      }
      if (resting.delete(receiver)) log('notices are taken again', { receiver });
      await queue.sent(id, clock.now());
      sent++;
    } catch (error) {
      // the store: what was sent may be sent once more
      resting.set(receiver, { failures: 1, until: after(clock.now(), waitAfter(1, random())) });
      log('the queue of notices cannot be kept', { receiver, why: (error as Error).message });
    }
  }

  /** From when on; undefined is now. A time too far ahead is one of a clock that was set back. */
  function restsUntil(receiver: ReceiverId, now: Instant): Instant | undefined {
    const until = resting.get(receiver)?.until;
    if (until === undefined || until <= now) return undefined;
    return secondsBetween(now, until) > longestHeld ? undefined : until;
  }

  return {
    async look() {
      const now = clock.now();
      const heads = await queue.heads(now, after(now, longestHeld));
      const there = new Set(heads.map(({ receiver }) => receiver));
      for (const receiver of resting.keys()) if (!there.has(receiver)) resting.delete(receiver);
      const later: Instant[] = [];
      for (const { id, receiver } of heads) {
        if (busy.has(receiver)) continue;
        const until = restsUntil(receiver, now);
        if (until !== undefined) {
          later.push(until);
          continue;
        }
        const work = deliver(id, receiver).finally(() => {
          busy.delete(receiver);
          ended();
        });
        busy.set(receiver, work);
      }
      const held = await queue.nextAt(now);
      if (held !== undefined) later.push(held);
      return later.length > 0 ? Math.min(...later) : undefined;
    },
    async settled() {
      await Promise.all(busy.values());
    },
    sent: () => sent,
  };
}
