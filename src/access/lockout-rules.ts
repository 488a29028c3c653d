import {
  isLocked,
  lockedUntil,
  noFailures,
  withFailure,
  type Failures,
  type LockoutRule,
} from '../domain/lockout.ts';
import type { LockoutSubject } from '../domain/ports.ts';
import { secondsBetween, type Instant, type Seconds } from '../domain/time.ts';

/** See docs/decisions/0012-locks-made-for-telephones.md for what each is there for. */
export interface LockoutRules {
  /** One user from one telephone. */
  readonly userLockout: LockoutRule;
  /** One telephone, whichever knock codes it tries. */
  readonly callerLockout: LockoutRule;
  /** One user from all telephones together that are not known to be theirs. */
  readonly strangersLockout: LockoutRule;
}

export const pairOf = (userId: number, caller: string): LockoutSubject =>
  `user:${userId}/caller:${caller}`;

/** The longest lock that callers who withhold their number can bring upon each other. */
const longestShared: Seconds = 60;

/** What holds for a subject. */
export interface SubjectRule extends LockoutRule {
  /** One failure is forgiven in each such time; without it all are remembered, or none. */
  readonly forgivesEvery?: Seconds;
}

export function ruleFor(subject: LockoutSubject, rules: LockoutRules): SubjectRule {
  const { userLockout, callerLockout, strangersLockout } = rules;
  const withheld = subject.endsWith('caller:withheld');
  if (subject.startsWith('caller:')) {
    return withheld ? noLongerThan(longestShared, callerLockout) : callerLockout;
  }
  if (subject.includes('/')) {
    return withheld ? noLongerThan(strangersLockout.longest, userLockout) : userLockout;
  }
  return { ...strangersLockout, forgivesEvery: strangersForgiveEvery(rules) };
}

/** No longer than what one telephone's own locks hold it to: it must not fail faster than is forgiven. */
function strangersForgiveEvery({ userLockout, strangersLockout }: LockoutRules): Seconds {
  return Math.min(strangersLockout.longest, userLockout.longest);
}

/** What keeps one telephone that knows a knock code from locking out all others. */
export interface NeededAgainstOne {
  /** Of the strangers' lock: the most failures of one telephone that can be held against all. */
  readonly forgiven: number;
  /** Of the user's lock: until these have been forgiven, it must know whose they were. */
  readonly memory: Seconds;
}

export function neededAgainstOne(rules: LockoutRules): NeededAgainstOne {
  const every = strangersForgiveEvery(rules);
  const { forgiven, first } = rules.userLockout;
  // those before its first lock, then one after each lock that is over before one is forgiven
  let failures = forgiven + 1;
  for (let lock = first; lock < every; lock *= 2) failures++;
  return { forgiven: failures, memory: failures * every };
}

function noLongerThan(longest: Seconds, rule: LockoutRule): LockoutRule {
  return { ...rule, longest: Math.min(rule.longest, longest) };
}

/** The failures with one more. */
export function charged(failures: Failures, rule: SubjectRule, now: Instant): Failures {
  const { forgivesEvery } = rule;
  if (forgivesEvery === undefined) return withFailure(failures, rule, now);
  const times = Math.floor(Math.max(0, secondsBetween(failures.lastAt, now)) / forgivesEvery);
  return withFailure({ ...failures, count: Math.max(0, failures.count - times) }, rule, now);
}

/** Takes back a charge that proved wrong, whatever was charged since. */
export function refunded(now: Failures, before: Failures, charged: Failures): Failures {
  if (now.count === charged.count && now.lastAt === charged.lastAt) return before;
  return now.count > 1 ? { ...now, count: now.count - 1 } : noFailures;
}

/** When the lock ends; null when the subject is not locked. */
export function lockEnd(failures: Failures, rule: LockoutRule, now: Instant): Instant | null {
  return isLocked(failures, rule, now) ? lockedUntil(failures, rule) : null;
}

/** The user that a subject concerns, if any. */
export function userOf(subject: LockoutSubject): number | undefined {
  const id = /^user:([0-9]+)/.exec(subject)?.[1];
  return id === undefined ? undefined : Number(id);
}
