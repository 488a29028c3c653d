import { AccessError } from '../domain/access-error.ts';
import type { Actor } from '../domain/attempt.ts';
import { noFailures, type Failures } from '../domain/lockout.ts';
import type { FailuresOf, LockoutPage, LockoutSubject, Stores } from '../domain/ports.ts';
import { after, type Clock, type Instant } from '../domain/time.ts';
import { lockEnd, pairOf, ruleFor, userOf, type LockoutRules } from './lockout-rules.ts';
import { pageOf, seenPage, type PageOf } from './paging.ts';

/** Failures that are not forgotten yet, and the lock that they have led to, if any. */
export interface Lockout {
  readonly subject: LockoutSubject;
  readonly failures: number;
  readonly lastAt: Instant;
  /** Null when it is not locked now. */
  readonly lockedUntil: Instant | null;
}

export type LockoutKey = NonNullable<LockoutPage['after']>;

const mostCounted = 10_000;
const someOfThem = 1000;

/** What administrators see of locks, and end. */
export interface Lockouts {
  /** The latest failures first. */
  page(page: LockoutPage): Promise<PageOf<Lockout, LockoutKey>>;
  of(subject: LockoutSubject): Promise<Lockout | undefined>;
  /** @throws AccessError `not-found` when nothing is held against the subject. */
  end(subject: LockoutSubject, by: Actor): Promise<void>;
  /** How many are locked now; counted up to ten thousand. */
  active(): Promise<number>;
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

  function held({ subject, failures }: FailuresOf): Lockout | undefined {
    const now = clock.now();
    if (failures.count === 0 || !remembered(subject, failures, now)) return undefined;
    const lockedUntil = lockEnd(failures, ruleFor(subject, rules), now);
    return { subject, failures: failures.count, lastAt: failures.lastAt, lockedUntil };
  }

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

  async function active(): Promise<number> {
    const { userLockout, callerLockout, strangersLockout } = rules;
    const longest = Math.max(userLockout.longest, callerLockout.longest, strangersLockout.longest);
    let locked = 0;
    let from: LockoutKey | undefined;
    for (let looked = 0; looked < mostCounted; looked += someOfThem) {
      const rows = await lockouts.page({ after: from, limit: someOfThem });
      locked += rows.filter((row) => held(row)?.lockedUntil != null).length;
      const last = rows.at(-1);
      // whoever failed longer ago than any lock lasts is not locked
      const over = last && last.failures.lastAt < after(clock.now(), -longest);
      if (!last || over || rows.length < someOfThem) break;
      from = { lastAt: last.failures.lastAt, subject: last.subject };
    }
    return locked;
  }

  return {
    active,
    page: (wanted) =>
      seenPage(
        pageOf(
          wanted,
          (page) => lockouts.page(page),
          ({ subject, failures }) => ({ lastAt: failures.lastAt, subject }),
        ),
        (rows) => rows.flatMap((row) => held(row) ?? []),
      ),
    of: async (subject) => held({ subject, failures: await lockouts.failuresOf(subject) }),
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
