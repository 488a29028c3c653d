import type { Actor, AuditEntry } from '../domain/attempt.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import {
  isLocked,
  lockedUntil,
  noFailures,
  withFailure,
  type Failures,
  type LockoutRule,
} from '../domain/lockout.ts';
import type { Pin } from '../domain/pin.ts';
import type { LockoutStore, LockoutSubject, Stores } from '../domain/ports.ts';
import { secondsBetween, type Clock, type Seconds } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Secrets } from './secrets.ts';

export interface Attempt {
  readonly knockCode: KnockCode;
  readonly pin: Pin;
  /** Null when withheld: all such callers share one lockout. */
  readonly callerNumber: string | null;
  readonly callId: number;
}

/** The user, or `undefined` — and nothing in words or time tells why. */
export type Authenticate = (attempt: Attempt) => Promise<User | undefined>;

export interface AuthenticateParts {
  readonly stores: Pick<Stores, 'users' | 'lockouts' | 'audit'>;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly wait: (seconds: Seconds) => Promise<void>;
  readonly userLockout: LockoutRule;
  readonly callerLockout: LockoutRule;
}

type Refusal = 'unknown-code' | 'wrong-pin' | 'disabled' | 'user-locked' | 'caller-locked';

/** Every answer takes at least this long, which hides what little the paths differ by. */
const shortestAnswer: Seconds = 0.3;

/** The longest lock that callers who withhold their number can bring upon each other. */
const longestShared: Seconds = 60;

interface Charge {
  readonly subject: LockoutSubject;
  readonly rule: LockoutRule;
  readonly locked: boolean;
  readonly failures: Failures;
}

/**
 * Knock code and PIN in one step, so that neither can be tried alone. A failure
 * is charged *before* the PIN is checked and forgiven when it proves right:
 * a hundred calls guessing at once get no more guesses than one after another.
 */
export function authenticator(parts: AuthenticateParts): Authenticate {
  const { stores, secrets, clock } = parts;
  const charging = oneAtATime();

  async function decide(attempt: Attempt): Promise<User | undefined> {
    const found = await stores.users.byKnockCode(secrets.knockCodeLookup(attempt.knockCode));
    const user = found?.user;
    const charges = await charging(async () => {
      const now = clock.now();
      const charge = (subject: LockoutSubject, rule: LockoutRule): Promise<Charge> =>
        chargeOf(stores.lockouts, subject, rule, now);
      const callerCharge = await charge(
        `caller:${attempt.callerNumber ?? 'withheld'}`,
        attempt.callerNumber === null ? sharedLockout(parts.callerLockout) : parts.callerLockout,
      );
      const userCharge = user && (await charge(`user:${user.id}`, parts.userLockout));
      const charges = userCharge ? [callerCharge, userCharge] : [callerCharge];
      // a try during a lock is charged to nobody: the lock ends when it was said to
      if (!charges.some((c) => c.locked)) await stores.lockouts.record(charges, []);
      return charges;
    });
    const pinRight = await secrets.verifyPin(
      attempt.pin,
      found?.secrets.pinHash ?? secrets.fitsNobody,
    );
    const [caller, known] = charges;
    const refusal: Refusal | undefined = caller?.locked
      ? 'caller-locked'
      : !user
        ? 'unknown-code'
        : known?.locked
          ? 'user-locked'
          : user.disabled
            ? 'disabled'
            : !pinRight
              ? 'wrong-pin'
              : undefined;

    const entry = (kind: AuditEntry['kind'], detail: AuditEntry['detail'] = {}): AuditEntry => ({
      at: clock.now(),
      actor: `call:${attempt.callId}` satisfies Actor,
      kind,
      callId: attempt.callId,
      userId: user?.id,
      detail: { caller: attempt.callerNumber ?? 'withheld', ...detail },
    });
    if (refusal === undefined && user) {
      await charging(() =>
        stores.lockouts.record(
          charges.map(({ subject }) => ({ subject, failures: noFailures })),
          [entry('attempt-accepted')],
        ),
      );
      return user;
    }
    await stores.lockouts.record(
      [],
      [
        entry('attempt-refused', { reason: refusal ?? 'unknown-code' }),
        ...charges
          .filter((charge) => startsLock(charge, refusal))
          .map(({ subject, failures, rule }) =>
            entry('lockout-began', {
              subject,
              seconds: secondsBetween(failures.lastAt, lockedUntil(failures, rule)),
            }),
          ),
      ],
    );
    return undefined;
  }

  return async (attempt) => {
    const [user] = await Promise.all([decide(attempt), parts.wait(shortestAnswer)]);
    return user;
  };
}

/** Callers without a number share one lockout: long enough to slow a guesser, too short to shut out the others. */
function sharedLockout(rule: LockoutRule): LockoutRule {
  return { ...rule, longest: Math.min(rule.longest, longestShared) };
}

async function chargeOf(
  lockouts: LockoutStore,
  subject: LockoutSubject,
  rule: LockoutRule,
  now: number,
): Promise<Charge> {
  const before = await lockouts.failuresOf(subject);
  const locked = isLocked(before, rule, now);
  return { subject, rule, locked, failures: locked ? before : withFailure(before, rule, now) };
}

/** Nobody is charged while either subject is locked, so no new lock begins then. */
function startsLock(charge: Charge, refusal: Refusal | undefined): boolean {
  if (refusal === 'caller-locked' || refusal === 'user-locked') return false;
  return lockedUntil(charge.failures, charge.rule) > charge.failures.lastAt;
}
