import { AccessError } from '../domain/access-error.ts';
import type { Actor } from '../domain/attempt.ts';
import { noFailures, type Failures } from '../domain/lockout.ts';
import type { LockoutSubject, Stores } from '../domain/ports.ts';
import { after, type Clock, type Instant } from '../domain/time.ts';
import { lockEnd, pairOf, ruleFor, type LockoutRules } from './lockout-rules.ts';

/** Failures that are not forgotten yet, and the lock that they have led to, if any. */
export interface Lockout {
  readonly subject: LockoutSubject;
  readonly failures: number;
  /** Null when it is not locked now. */
  readonly lockedUntil: Instant | null;
}

/** What administrators see of locks, and end. */
export interface Lockouts {
  /** The latest failures first. */
  list(): Promise<Lockout[]>;
  /** @throws AccessError `not-found` when nothing is held against the subject. */
  end(subject: LockoutSubject, by: Actor): Promise<void>;
  /** Ends what is held against a user, from whichever telephone; returns how many subjects. */
  endAllOf(userId: number, by: Actor): Promise<number>;
  /** Clears away what no rule remembers; to be called now and then, such as hourly. */
  forgetOld(): Promise<number>;
}

export interface LockoutsParts {
  readonly stores: Pick<Stores, 'lockouts'>;
  readonly clock: Clock;
  readonly rules: LockoutRules;
}

export function createLockouts({ stores, clock, rules }: LockoutsParts): Lockouts {
  const { lockouts } = stores;

  const remembered = (subject: LockoutSubject, { lastAt }: Failures, now: Instant): boolean =>
    now < after(lastAt, ruleFor(subject, rules).memory);

  async function endThose(
    wanted: (subject: LockoutSubject) => boolean,
    by: Actor,
  ): Promise<number> {
    const at = clock.now();
    const ended = (await lockouts.list()).filter(({ subject }) => wanted(subject));
    if (ended.length === 0) return 0;
    await lockouts.record(
      ended.map(({ subject }) => ({ subject, failures: noFailures })),
      ended.map(({ subject, failures }) => ({
        at,
        actor: by,
        kind: 'lockout-ended',
        userId: userOf(subject),
        detail: { subject, failures: failures.count },
      })),
    );
    return ended.length;
  }

  return {
    async list() {
      const now = clock.now();
      return (await lockouts.list())
        .filter(({ subject, failures }) => remembered(subject, failures, now))
        .map(({ subject, failures }) => ({
          subject,
          failures: failures.count,
          lockedUntil: lockEnd(failures, ruleFor(subject, rules), now),
        }));
    },
    async end(subject, by) {
      if ((await endThose((other) => other === subject, by)) > 0) return;
      throw new AccessError('not-found', `Nothing is held against ${subject}.`);
    },
    endAllOf: (userId, by) =>
      endThose(
        (subject) => subject === `user:${userId}` || subject.startsWith(pairOf(userId, '')),
        by,
      ),
    forgetOld() {
      const { userLockout, callerLockout, strangersLockout } = rules;
      const longest = Math.max(userLockout.memory, callerLockout.memory, strangersLockout.memory);
      return lockouts.forgetBefore(after(clock.now(), -longest));
    },
  };
}

function userOf(subject: LockoutSubject): number | undefined {
  const id = /^user:([0-9]+)/.exec(subject)?.[1];
  return id === undefined ? undefined : Number(id);
}
