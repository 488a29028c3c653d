import type { Dialling, PhoneNumber } from '../domain/phone-number.ts';
import type { AuditLog, UserStore } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';
import { createBrake, type BrakeRule, type Failed } from './brake.ts';
import { callerOf, type Caller } from './caller.ts';
import { createCallersInProgress, type Standing } from './callers-in-progress.ts';
import { createRefusedCalls } from './refused-calls.ts';
import { slidingWindow } from './sliding-window.ts';

/** Why a call was not answered. */
export type TurnedAway =
  | 'too-many-calls' // in all, at once
  | 'too-many-from-caller' // at once
  | 'too-often' // from this caller, within the hour
  | 'flood' // too many calls from strangers within the minute
  | 'brake'; // too many failures: strangers wait

export type Arrival =
  | { readonly admitted: true; readonly leave: () => void }
  | { readonly admitted: false; readonly reason: TurnedAway };

export interface AdmissionRules {
  /** Calls at once, in all; the last fifth of them is kept for trusted telephones. */
  readonly atOnce: number;
  /** Twice as many of a trusted telephone, for which no other limit of one caller holds. */
  readonly atOncePerCaller: number;
  readonly perCallerPerHour: number;
  /** The same for all callers without a number together. */
  readonly withheldAtOnce: number;
  readonly withheldPerHour: number;
  /** Calls of strangers within a minute, whichever numbers they claim: forged ones change each time. */
  readonly perMinute: number;
  readonly brake: BrakeRule;
  /** Telephones that are trusted, as are those on enabled users' lists. */
  readonly exceptions: readonly PhoneNumber[];
}

export interface AdmissionCounts {
  readonly inProgress: number;
  /** Since the start. */
  readonly refused: Readonly<Record<TurnedAway, number>>;
  readonly braking: boolean;
  /** Failed authentications since the start. */
  readonly failures: number;
}

/** Who is answered at all. In memory: a restart forgets it. */
export interface Admission {
  /** In memory, with one look-up at most. Never rejects. Who is admitted must `leave` when the call is over; leaving twice is no error. */
  arrive(callerNumber: string | null): Promise<Arrival>;
  /** To be told of every failed authentication, with the number as the call came with it: the brake counts them. */
  failed(kind: Failed, callerNumber: string | null): void;
  counts(): AdmissionCounts;
  /** Puts the summaries on record that are still due. Never rejects. */
  stop(): Promise<void>;
}

export interface AdmissionParts {
  readonly stores: {
    readonly users: Pick<UserStore, 'hasNumber'>;
    readonly audit: Pick<AuditLog, 'append'>;
  };
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets: only its differences mean anything. */
  readonly steady: () => number;
  readonly timer: Timer;
  readonly dialling: Dialling;
  readonly rules: AdmissionRules;
  /** What an administrator should see in the log at once. */
  readonly alarm: (message: string, details: Readonly<Record<string, string | number>>) => void;
  readonly allClear: (message: string) => void;
}

/** A store that does not answer by then has not said that the number is anybody's. */
const patience: Seconds = 1;
const minute: Seconds = 60;

export function createAdmission(parts: AdmissionParts): Admission {
  const { stores, clock, steady, timer, dialling, rules, alarm, allClear } = parts;
  const { audit, users } = stores;
  const exceptions = new Set<Caller>(rules.exceptions);
  const forStrangers = rules.atOnce - reserveOf(rules.atOnce);
  const callers = createCallersInProgress((caller) =>
    caller === 'withheld'
      ? { atOnce: rules.withheldAtOnce, perHour: rules.withheldPerHour }
      : { atOnce: rules.atOncePerCaller, perHour: rules.perCallerPerHour },
  );
  const strangers = slidingWindow(rules.perMinute, minute);
  const brake = createBrake({ audit, clock, steady, timer, rule: rules.brake, alarm, allClear });
  const refusedCalls = createRefusedCalls({ audit, clock, timer, alarm });
  const refused: Record<TurnedAway, number> = {
    'too-many-calls': 0,
    'too-many-from-caller': 0,
    'too-often': 0,
    flood: 0,
    brake: 0,
  };
  let inProgress = 0;
  let failures = 0;

  function refusal(caller: Caller, standing: Standing): TurnedAway | undefined {
    const trusted = standing === 'trusted';
    if (inProgress >= (trusted ? rules.atOnce : forStrangers)) return 'too-many-calls';
    const now = steady();
    const closed = callers.refusal(caller, now, standing);
    if (closed !== undefined || trusted) return closed;
    if (brake.isOn()) return 'brake';
    return strangers.full(now) ? 'flood' : undefined;
  }

  /** On somebody's list; when the store cannot say, it is not. */
  async function isUsersOwn(caller: Caller): Promise<boolean> {
    if (caller === 'withheld') return false;
    let late: { cancel(): void } | undefined;
    const answer = users.hasNumber(caller).catch(() => false);
    const giveUp = new Promise<false>((resolve) => {
      late = timer(patience, () => resolve(false));
    });
    const own = await Promise.race([answer, giveUp]);
    late?.cancel();
    return own;
  }

  function admit(caller: Caller, standing: Standing): Arrival {
    const now = steady();
    if (standing === 'stranger') strangers.add(now);
    inProgress++;
    const callerLeaves = callers.enter(caller, now);
    let left = false;
    return {
      admitted: true,
      leave() {
        if (left) return;
        left = true;
        inProgress--;
        callerLeaves();
      },
    };
  }

  function turnAway(caller: Caller, reason: TurnedAway): Arrival {
    refused[reason]++;
    refusedCalls.note(reason, caller);
    return { admitted: false, reason };
  }

  return {
    // from the last look at a limit to the call that it counts, nothing is waited for
    async arrive(callerNumber) {
      const caller = callerOf(callerNumber, dialling);
      const standing = exceptions.has(caller) ? 'trusted' : 'stranger';
      const closed = refusal(caller, standing);
      if (!closed) return admit(caller, standing);
      // whose number it is, is asked only where it makes a difference
      if (standing === 'trusted' || refusal(caller, 'trusted')) return turnAway(caller, closed);
      if (!(await isUsersOwn(caller))) return turnAway(caller, closed);
      const closedMeanwhile = refusal(caller, 'trusted');
      return closedMeanwhile ? turnAway(caller, closedMeanwhile) : admit(caller, 'trusted');
    },
    failed(kind, callerNumber) {
      failures++;
      brake.failed(kind, callerOf(callerNumber, dialling));
    },
    counts: () => ({ inProgress, refused: { ...refused }, braking: brake.isOn(), failures }),
    async stop() {
      await Promise.all([brake.stop(), refusedCalls.stop()]);
    },
  };
}

/** Strangers who hold all their lines leave so many to trusted telephones. */
function reserveOf(atOnce: number): number {
  return atOnce > 1 ? Math.max(1, Math.floor(atOnce / 5)) : 0;
}
