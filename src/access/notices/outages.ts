import type { ReceiverId } from '../../domain/notice.ts';
import { after, secondsBetween, type Instant, type Seconds } from '../../domain/time.ts';
import { waitAfter } from './backoff.ts';

/** One notice or two may be what the receiver cannot take; with so many it takes none. */
const differentNotices = 3;
/**
 * One try in ten minutes harms nobody, and if it was those notices after all, the next that
 * comes waits no longer.
 */
const longest: Seconds = 600;

/**
 * Who is away: it failed with several different notices and took none between. Kept in memory: after
 * a restart it takes as many tries to find out again.
 */
export interface Outages {
  /** @returns until when the receiver is left alone; undefined where it may be the notice alone. */
  failed(receiver: ReceiverId, notice: number, now: Instant): Instant | undefined;
  /** Leaves the receiver alone for a moment: what is wrong is wrong here. */
  pause(receiver: ReceiverId, now: Instant): void;
  /** It has answered. @returns whether it was away. */
  answered(receiver: ReceiverId): boolean;
  /** Whether it is to be tried with one notice before all others. */
  isAway(receiver: ReceiverId): boolean;
  /** Undefined is from now on. */
  restsUntil(receiver: ReceiverId, now: Instant): Instant | undefined;
}

interface Trouble {
  /** Those that failed since it last took one; no more than it takes to call it away. */
  readonly notices: Set<number>;
  /** Tries since it is away. */
  tries: number;
  until: Instant;
}

export function createOutages(random: () => number): Outages {
  const troubles = new Map<ReceiverId, Trouble>();

  function troubleOf(receiver: ReceiverId): Trouble {
    const trouble = troubles.get(receiver) ?? { notices: new Set(), tries: 0, until: 0 };
    troubles.set(receiver, trouble);
    return trouble;
  }

  const isAway = (receiver: ReceiverId): boolean =>
    (troubles.get(receiver)?.notices.size ?? 0) >= differentNotices;

  return {
    failed(receiver, notice, now) {
      const trouble = troubleOf(receiver);
      if (!isAway(receiver)) trouble.notices.add(notice);
      if (!isAway(receiver)) return undefined;
      trouble.tries++;
      trouble.until = after(now, waitAfter(trouble.tries, random(), longest));
      return trouble.until;
    },
    pause(receiver, now) {
      troubleOf(receiver).until = after(now, waitAfter(1, random(), longest));
    },
    answered(receiver) {
      const away = isAway(receiver);
      troubles.delete(receiver);
      return away;
    },
    isAway,
    restsUntil(receiver, now) {
      const until = troubles.get(receiver)?.until ?? 0;
      // one that is too far ahead is of a clock that was set back
      return until <= now || secondsBetween(now, until) > longest ? undefined : until;
    },
  };
}
