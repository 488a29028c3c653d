import type { Seconds } from '../domain/time.ts';

/** Counts what happened within the last so many seconds, up to a limit; constant work and memory. */
export interface SlidingWindow {
  /** Whether the limit is reached, at this time of a steady clock (milliseconds). */
  full(now: number): boolean;
  /** One more, now. */
  add(now: number): void;
}

/** With a limit of 0 it is always full. */
export function slidingWindow(limit: number, length: Seconds): SlidingWindow {
  /** The last `limit` times, the oldest at `next` once there are so many. */
  const times: number[] = [];
  let next = 0;
  const within = (time: number, now: number): boolean => now - time < length * 1000;

  return {
    full: (now) => limit === 0 || (times.length === limit && within(times[next] ?? 0, now)),
    add(now) {
      if (limit === 0) return;
      times[next] = now;
      next = (next + 1) % limit;
    },
  };
}
