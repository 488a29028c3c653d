/** A point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** A length of time in whole or fractional seconds. */
export type Seconds = number;

/** Where the time comes from. Injected everywhere, so that tests own it. */
export interface Clock {
  now(): Instant;
}

/** Rings once after so many seconds unless cancelled; injected like the clock. */
export type Timer = (seconds: Seconds, ring: () => void) => { cancel(): void };

export const systemTimer: Timer = (seconds, ring) => {
  const timeout = setTimeout(ring, seconds * 1000);
  return { cancel: () => clearTimeout(timeout) };
};

export const systemClock: Clock = { now: () => Date.now() };

export function secondsBetween(from: Instant, to: Instant): Seconds {
  return (to - from) / 1000;
}

export function after(from: Instant, seconds: Seconds): Instant {
  return from + seconds * 1000;
}
