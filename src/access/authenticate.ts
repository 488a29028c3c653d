import type { AuditEntry } from '../domain/attempt.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import type { OneTimeCode } from '../domain/one-time-code.ts';
import type { Dialling, PhoneNumber } from '../domain/phone-number.ts';
import type { Pin } from '../domain/pin.ts';
import type { Stores } from '../domain/ports.ts';
import type { Clock, Seconds } from '../domain/time.ts';
import type { Attestation, User, UserSecrets } from '../domain/user.ts';
import type { Failed } from './brake.ts';
import { callerOf } from './caller.ts';
import { createCharging, subjectsOf, type Charge, type Locked } from './charging.ts';
import { createCodeCheck, type CodeRefusal } from './code-check.ts';
import { createCodeQuestion } from './code-question.ts';
import { createExposure, tellingFailures } from './exposure.ts';
import type { LockoutRules } from './lockout-rules.ts';
import type { Secrets } from './secrets.ts';
import { isKnownFor, unfitness, type Unfit } from './telephone-policy.ts';

/** What was keyed, and what the call came with. */
export interface KnockAttempt {
  readonly knockCode: KnockCode;
  readonly pin: Pin;
  /** Null when none was asked for. */
  readonly code: OneTimeCode | null;
  /** Null when withheld. */
  readonly callerNumber: string | null;
  readonly attestation: Attestation | null;
  readonly callId: number;
}

export interface Authenticate {
  /**
   * Whether a one-time code is asked for after the PIN. A knock code that nobody has is
   * answered as if somebody had it, so that the question gives nothing away.
   */
  wantsCode(knockCode: KnockCode): Promise<boolean>;
  /** The user as they are when all is proved, or `undefined`, and nothing in words or time tells why. */
  attempt(attempt: KnockAttempt): Promise<User | undefined>;
  /**
   * The PIN alone, on a call that we made ourselves to the number of this user, as they were when
   * they asked for it; the user as read now, who must not have been changed since.
   */
  again(attempt: {
    readonly user: User;
    readonly pin: Pin;
    readonly number: PhoneNumber;
    readonly callId: number;
  }): Promise<User | undefined>;
}

export interface AuthenticateParts extends LockoutRules {
  readonly stores: Pick<Stores, 'users' | 'calls' | 'lockouts' | 'audit'>;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly wait: (seconds: Seconds) => Promise<void>;
  readonly dialling: Dialling;
  /** Told of every failed authentication, with the number as the call came with it. */
  readonly failed: (kind: Failed, callerNumber: string | null) => void;
}

type Refusal =
  Locked | CodeRefusal | Unfit | 'unknown-code' | 'wrong-pin' | 'disabled' | 'changed-meanwhile';

/** What the brake takes for an unknown code: nobody's, as good as nobody's, or not even looked at. */
const noGuesses: ReadonlySet<Refusal> = new Set([
  'unknown-code',
  'disabled',
  'changed-meanwhile',
  'user-locked',
  'caller-locked',
]);

/** Every answer takes at least this long, which hides what little the paths differ by. */
const shortestAnswer: Seconds = 0.3;

/**
 * Knock code, PIN and one-time code in one step, so that none can be tried alone. A
 * failure is charged *before* anything is checked and forgiven when all proves right:
 * a hundred calls guessing at once get no more guesses than one after another.
 */
export function authenticator(parts: AuthenticateParts): Authenticate {
  const { stores, secrets, clock, dialling, failed } = parts;
  const charging = createCharging(stores.lockouts, clock, parts);
  const useCode = createCodeCheck(stores.users, secrets, clock);
  const exposure = createExposure(parts.userLockout.memory);

  /** Whatever is wrong, but for the code: that is looked at, and used up, when nothing else is. */
  async function refusalOf(tried: Tried): Promise<Refusal | undefined> {
    const { found, charge, pin } = tried;
    // the same work for everybody, locked and unknown ones too
    const pinRight = await secrets.verifyPin(pin, found?.secrets.pinHash ?? secrets.fitsNobody);
    if (charge.locked) return charge.locked;
    if (!found) return 'unknown-code';
    if (found.user.disabled) return 'disabled';
    if (!pinRight) return 'wrong-pin';
    return tried.unfit(found.user) ?? (await tried.useCode(found));
  }

  /** Puts the verdict on record, with all that follows from it. */
  async function settle(tried: Tried): Promise<User | undefined> {
    const { found, charge, entry } = tried;
    let refusal = await refusalOf(tried);
    if (refusal === undefined && found) {
      // stretching the PIN takes a while, and a code has been used up
      const user = await stores.users.byId(found.user.id);
      if (user?.revision === found.user.revision) {
        await charge.forgive(entry('attempt-accepted'));
        return user;
      }
      refusal = 'changed-meanwhile';
    }
    const reason = refusal ?? 'unknown-code';
    failed(noGuesses.has(reason) ? 'unknown-code' : 'guess', tried.callerNumber);
    const guessed = refusal === 'wrong-pin' || refusal === 'wrong-code';
    const exposed = guessed && found && exposure.noted(found.secrets.knockCodeLookup, clock.now());
    await stores.lockouts.record(
      [],
      [
        entry('attempt-refused', { reason }),
        ...charge.began.map((lock) => entry('lockout-began', lock)),
        ...(exposed ? [entry('knock-code-exposed', { failures: tellingFailures })] : []),
      ],
    );
    return undefined;
  }

  async function attempt(keyed: KnockAttempt): Promise<User | undefined> {
    const caller = callerOf(keyed.callerNumber, dialling);
    const found = await stores.users.byKnockCode(secrets.knockCodeLookup(keyed.knockCode));
    const known = found
      ? await isKnownFor(found.user, caller, stores.calls, dialling, clock.now())
      : false;
    const entry = entriesFor(clock, keyed.callId, found?.user.id, {
      caller: keyed.callerNumber ?? 'withheld',
      attestation: keyed.attestation ?? 'none',
    });
    return settle({
      found,
      charge: await charging.charge(subjectsOf(found?.user.id, caller, known)),
      callerNumber: keyed.callerNumber,
      pin: keyed.pin,
      unfit: (user) => unfitness(user, caller, keyed.attestation),
      useCode: (who) =>
        useCode(who, keyed.code, entry('code-used', { factor: who.user.secondFactor })),
      entry,
    });
  }

  /** Who was changed since they asked to be phoned is not let in by what they proved then. */
  async function again(keyed: Parameters<Authenticate['again']>[0]): Promise<User | undefined> {
    const { number, callId, pin } = keyed;
    // the user first: a PIN that is set in between comes with a later revision
    const user = await stores.users.byId(keyed.user.id);
    const kept = await stores.users.secretsOf(keyed.user.id);
    return settle({
      found: user && kept && { user, secrets: kept },
      charge: await charging.charge(subjectsOf(keyed.user.id, number, true)),
      callerNumber: `+${number}`,
      pin,
      unfit: ({ numbers, revision }) => {
        if (revision !== keyed.user.revision) return 'changed-meanwhile';
        return numbers.includes(number) ? undefined : 'not-listed';
      },
      useCode: () => Promise.resolve(undefined),
      entry: entriesFor(clock, callId, keyed.user.id, { called: number }),
    });
  }

  async function unhurried<T>(answer: Promise<T>): Promise<T> {
    const [result] = await Promise.all([answer, parts.wait(shortestAnswer)]);
    return result;
  }

  return {
    wantsCode: createCodeQuestion(stores.users, secrets),
    attempt: (keyed) => unhurried(attempt(keyed)),
    again: (keyed) => unhurried(again(keyed)),
  };
}

type EntryOf = (kind: AuditEntry['kind'], detail?: AuditEntry['detail']) => AuditEntry;

interface Tried {
  readonly found: { readonly user: User; readonly secrets: UserSecrets } | undefined;
  readonly charge: Charge;
  readonly callerNumber: string | null;
  readonly pin: Pin;
  /** Why this user may not come in by this call, though the PIN is right. */
  readonly unfit: (user: User) => Refusal | undefined;
  readonly useCode: (found: {
    readonly user: User;
    readonly secrets: UserSecrets;
  }) => Promise<Refusal | undefined>;
  readonly entry: EntryOf;
}

function entriesFor(
  clock: Clock,
  callId: number,
  userId: number | undefined,
  always: NonNullable<AuditEntry['detail']>,
): EntryOf {
  return (kind, detail = {}) => ({
    at: clock.now(),
    actor: `call:${callId}`,
    kind,
    callId,
    userId,
    detail: { ...always, ...detail },
  });
}
