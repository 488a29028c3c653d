import type { AuditEntry } from '../../domain/attempt.ts';
import type { Notice, Outcome, ReceiverId } from '../../domain/notice.ts';
import type { NoticeQueue } from '../../domain/ports.ts';
import { after, type Clock, type Instant, type Seconds } from '../../domain/time.ts';
import { waitAfter } from './backoff.ts';
import type { Outages } from './outages.ts';

/** No notice waits longer for its time, be it for more to sum up or after it has failed. */
const longestWait: Seconds = 3600;

export interface DispatchParts {
  readonly queue: NoticeQueue;
  readonly outages: Outages;
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
 * Sends what waits: to each receiver one at a time, the oldest first, and to all of them side by
 * side, so that nobody waits for a receiver that does not answer. A notice that fails waits by
 * itself, and others go on; a receiver that takes none is tried with one at a time.
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
  const { queue, outages, clock, random, giveUpAfter, send, log, ended } = parts;
  const busy = new Map<ReceiverId, Promise<void>>();
  let sent = 0;

  const failing = ({ receiver, about }: Notice, why: string): AuditEntry => ({
    at: clock.now(),
    actor: 'system',
    kind: 'notification-failed',
    userId: receiver.startsWith('user:') ? about.userId : undefined,
    detail: { receiver, why },
  });

  function hasAnswered(receiver: ReceiverId): void {
    if (outages.answered(receiver)) log('notices are taken again', { receiver });
  }

  async function hasFailed(notice: Notice, why: string): Promise<void> {
    const { id, receiver, tries } = notice;
    const now = clock.now();
    const away = outages.failed(receiver, id, now);
    // what failed because the receiver was away is as ready as all others when it is back
    const until = away ?? after(now, waitAfter(tries, random(), longestWait));
    await queue.tried(id, why, now, until);
    const before = after(now, -giveUpAfter);
    await queue.giveUp({ receiver, before }, why, failing(notice, why));
  }

  async function deliver(oldest: number, receiver: ReceiverId): Promise<void> {
    try {
      const id = outages.isAway(receiver) ? await probe(receiver) : oldest;
      const notice = id === undefined ? undefined : await queue.begin(id);
      if (!notice) return;
      const outcome = await send(notice);
      if (outcome.ok) {
        hasAnswered(receiver);
        await queue.sent(notice.id, clock.now());
        sent++;
        return;
      }
      const { why, forGood } = outcome;
      log('a notice could not be sent', { receiver, why, tries: notice.tries });
      if (!forGood) {
        await hasFailed(notice, why);
        return;
      }
      hasAnswered(receiver);
      await queue.giveUp({ id: notice.id }, why, failing(notice, why));
    } catch (error) {
      // the store: what was sent may be sent once more
      outages.pause(receiver, clock.now());
      log('the queue of notices cannot be kept', { receiver, why: (error as Error).message });
    }
  }

  /** A new one before those that have failed: it may be they that are not taken. */
  function probe(receiver: ReceiverId): Promise<number | undefined> {
    const now = clock.now();
    return queue.leastTried(receiver, now, after(now, longestWait));
  }

  return {
    async look() {
      const now = clock.now();
      const later: Instant[] = [];
      for (const { id, receiver } of await queue.heads(now, after(now, longestWait))) {
        if (busy.has(receiver)) continue;
        const until = outages.restsUntil(receiver, now);
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
      const next = await queue.nextAt(now);
      if (next !== undefined) later.push(next);
      return later.length > 0 ? Math.min(...later) : undefined;
    },
    async settled() {
      await Promise.all(busy.values());
    },
    sent: () => sent,
  };
}
