import type { AuditEntry } from '../domain/attempt.ts';
import { lockedUntil, noFailures, type Failures } from '../domain/lockout.ts';
import type { LockoutStore, LockoutSubject } from '../domain/ports.ts';
import { secondsBetween, type Clock, type Seconds } from '../domain/time.ts';
import type { Caller } from './caller.ts';
import { charged, lockEnd, pairOf, refunded, ruleFor, type LockoutRules } from './lockout-rules.ts';
import { oneAtATime } from './one-at-a-time.ts';

export type Locked = 'user-locked' | 'caller-locked';

/** A failure that is charged before anything is checked. */
export interface Charge {
  /** Why nothing was charged, and nothing may be let in: the lock ends when it was said to. */
  readonly locked: Locked | undefined;
  /** The locks that begin with this failure. */
  readonly began: readonly { readonly subject: LockoutSubject; readonly seconds: Seconds }[];
  /** It was no failure: takes the charge back, together with the entry that says so. */
  forgive(entry: AuditEntry): Promise<void>;
}

export interface Charging {
  charge(subjects: readonly LockoutSubject[]): Promise<Charge>;
}

/**
 * Whom a failure is charged to, and whose lock holds. A telephone that is known to be
 * the user's answers for itself alone: nobody can shut it out by forging its number
 * without the knock code, nor by trying from others.
 */
export function subjectsOf(
  userId: number | undefined,
  caller: Caller,
  known: boolean,
): LockoutSubject[] {
  if (userId === undefined) return [`caller:${caller}`];
  const pair = pairOf(userId, caller);
  if (known) return [pair];
  // who withholds the number is one caller to us, and must not use up what all others have
  return caller === 'withheld'
    ? [pair, `caller:${caller}`]
    : [pair, `caller:${caller}`, `user:${userId}`];
}

interface Held {
  readonly subject: LockoutSubject;
  readonly before: Failures;
  readonly failures: Failures;
}

export function createCharging(
  lockouts: LockoutStore,
  clock: Clock,
  rules: LockoutRules,
): Charging {
  // between reading and writing nobody else may charge
  const inTurn = oneAtATime();

  async function hold(subject: LockoutSubject): Promise<Held & { locked: boolean }> {
    const before = await lockouts.failuresOf(subject);
    const rule = ruleFor(subject, rules);
    const now = clock.now();
    const locked = lockEnd(before, rule, now) !== null;
    return { subject, before, locked, failures: charged(before, rule, now) };
  }

  /**
   * The telephone has shown whose it is, so all is forgiven it. Of what strangers have
   * done together it takes back its own part alone: each of the user's own calls would
   * otherwise give a guesser a whole budget anew.
   */
  async function forgiven({ subject, before, failures }: Held): Promise<Failures> {
    if (subject.includes('caller:')) return noFailures;
    return refunded(await lockouts.failuresOf(subject), before, failures);
  }

  return {
    charge: (subjects) =>
      inTurn(async () => {
        const held = await Promise.all(subjects.map(hold));
        const locked = held.filter((one) => one.locked);
        if (locked.length > 0) {
          const onCaller = locked.some(({ subject }) => subject.includes('caller:'));
          return {
            locked: onCaller ? 'caller-locked' : 'user-locked',
            began: [],
            forgive: () => Promise.reject(new Error('nothing was charged')),
          };
        }
        await lockouts.record(held, []);
        return {
          locked: undefined,
          began: held
            .map(({ subject, failures }) => ({
              subject,
              seconds: secondsBetween(
                failures.lastAt,
                lockedUntil(failures, ruleFor(subject, rules)),
              ),
            }))
            .filter(({ seconds }) => seconds > 0),
          forgive: (entry) =>
            inTurn(async () => {
              const changes = await Promise.all(
                held.map(async (one) => ({
                  subject: one.subject,
                  failures: await forgiven(one),
                })),
              );
              await lockouts.record(changes, [entry]);
            }),
        };
      }),
  };
}
