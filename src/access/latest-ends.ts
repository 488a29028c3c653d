import type { Grant } from '../domain/grant.ts';
import { secondsBetween, type Clock, type Seconds } from '../domain/time.ts';

/** Of a grant that is being opened; the store begins at 1. */
export const unrecordedId = 0;

export interface LatestEnds {
  /** How long the grant can still last, whatever was done to the clock since it was first seen. */
  longestLeft(grant: Grant): Seconds;
  forgetAllBut(grants: readonly Grant[]): void;
}

/**
 * Remembers when each grant ends at the latest by a clock that nobody sets
 * (`steady`, in milliseconds): setting the other clock back gives nobody more.
 */
export function createLatestEnds(clock: Clock, steady: () => number): LatestEnds {
  const ends = new Map<number, number>();
  return {
    longestLeft(grant) {
      const granted = secondsBetween(grant.openedAt, grant.expiresAt);
      const byClock = Math.min(secondsBetween(clock.now(), grant.expiresAt), granted);
      if (grant.id === unrecordedId) return byClock;
      const now = steady();
      const end = Math.min(ends.get(grant.id) ?? Infinity, now + byClock * 1000);
      ends.set(grant.id, end);
      return secondsBetween(now, end);
    },
    forgetAllBut(grants) {
      const kept = new Set(grants.map(({ id }) => id));
      for (const id of ends.keys()) if (!kept.has(id)) ends.delete(id);
    },
  };
}
