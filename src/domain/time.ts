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

/** Of setTimeout, in milliseconds: 24.8 days. It rings at once for more. */
const longestStage = 2 ** 31 - 1;

/** Of any length: a month is a plausible setting. */
export const systemTimer: Timer = (seconds, ring) => {
  let left = seconds * 1000;
  let timeout: NodeJS.Timeout;
  const wait = (): void => {
    const stage = Math.min(left, longestStage);
    left -= stage;
    timeout = setTimeout(left > 0 ? wait : ring, stage);
  };
  wait();
  return { cancel: () => clearTimeout(timeout) };
};

export const systemClock: Clock = { now: () => Date.now() };

export function secondsBetween(from: Instant, to: Instant): Seconds {
  return (to - from) / 1000;
}

export function after(from: Instant, seconds: Seconds): Instant {
  return from + seconds * 1000;
}

const unitSeconds: Readonly<Record<string, Seconds>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads `90s`, `15m`, `4h`, `7d`. */
export function parseDuration(text: string): Seconds | undefined {
  const [, count, unit = ''] = /^([1-9][0-9]{0,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds[unit] ?? Number.NaN);
  return Number.isNaN(seconds) ? undefined : seconds;
}
