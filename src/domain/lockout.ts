import { after, type Instant, type Seconds } from './time.ts';

/** Failures in a row, for one user or one caller number. */
export interface Failures {
  readonly count: number;
  readonly lastAt: Instant;
}

export interface LockoutRule {
  /** Failures that are forgiven before the first lock. */
  readonly forgiven: number;
  /** The first lock, in seconds; doubles with each further failure. */
  readonly first: Seconds;
  /** No lock is longer than this. */
  readonly longest: Seconds;
  /** Failures older than this are forgotten. */
  readonly memory: Seconds;
}

export const noFailures: Failures = { count: 0, lastAt: 0 };

export function withFailure(failures: Failures, rule: LockoutRule, now: Instant): Failures {
  const forgotten = now >= after(failures.lastAt, rule.memory);
  return { count: forgotten ? 1 : failures.count + 1, lastAt: now };
}

/** Until when the subject is locked; an instant in the past (or 0) means it is not. */
export function lockedUntil(failures: Failures, rule: LockoutRule): Instant {
  const beyond = failures.count - rule.forgiven;
  if (beyond <= 0) return 0;
  // 2^30 × one second is 34 years: past any `longest`, before the number overflows
  const length = Math.min(rule.first * 2 ** Math.min(beyond - 1, 30), rule.longest);
  return after(failures.lastAt, length);
}

/**
 * A clock set back must not make a lock endless: a failure from the future locks
 * nobody. It still counts, so the next failure locks again, by the clock of now.
 */
export function isLocked(failures: Failures, rule: LockoutRule, now: Instant): boolean {
  return failures.lastAt <= now && now < lockedUntil(failures, rule);
}
