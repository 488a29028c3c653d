import type { Dialling, PhoneNumber } from '../domain/phone-number.ts';
import type { AuditLog, UserStore } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';
import { createBrake, type BrakeRule } from './brake.ts';
import { callerOf, type Caller } from './caller.ts';
import { createCallersInProgress } from './callers-in-progress.ts';
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
  /** Calls at once, in all. */
  readonly atOnce: number;
  readonly atOncePerCaller: number;
  readonly perCallerPerHour: number;
  /** The same for all callers without a number together. */
  readonly withheldAtOnce: number;
  readonly withheldPerHour: number;
  /** Calls of strangers within a minute, whichever numbers they claim: forged ones change each time. */
  readonly perMinute: number;
  readonly brake: BrakeRule;
  /** Telephones for which only `atOnce` holds; those on users' lists are no strangers, either. */
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
  /** To be told of every failed authentication: the brake counts them. */
  failed(): void;
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
}

/** A store that does not answer by then has not said that the number is anybody's. */
const patience: Seconds = 1;
const minute: Seconds = 60;

export function createAdmission(parts: AdmissionParts): Admission {
  const { stores, clock, steady, timer, dialling, rules, alarm } = parts;
  const { audit, users } = stores;
  const exceptions = new Set<Caller>(rules.exceptions);
  const callers = createCallersInProgress((caller) =>
    caller === 'withheld'
      ? { atOnce: rules.withheldAtOnce, perHour: rules.withheldPerHour }
      : { atOnce: rules.atOncePerCaller, perHour: rules.perCallerPerHour },
  );
  const strangers = slidingWindow(rules.perMinute, minute);
  const brake = createBrake({ audit, clock, steady, timer, rule: rules.brake, alarm });
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

  /** By the limits that hold for everybody, and for each caller alone. */
  function refusal(caller: Caller): TurnedAway | undefined {
    if (inProgress >= rules.atOnce) return 'too-many-calls';
    return exceptions.has(caller) ? undefined : callers.refusal(caller, steady());
  }

  /** By the limits that hold for strangers together. */
  function strangersRefusal(caller: Caller): 'brake' | 'flood' | undefined {
    if (exceptions.has(caller)) return undefined;
    if (brake.isOn()) return 'brake';
    return strangers.full(steady()) ? 'flood' : undefined;
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

  function admit(caller: Caller, asStranger: boolean): Arrival {
    const now = steady();
    if (asStranger) strangers.add(now);
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
      const closed = refusal(caller);
      if (closed) return turnAway(caller, closed);
      const closedToStrangers = strangersRefusal(caller);
      if (!closedToStrangers) return admit(caller, !exceptions.has(caller));
      if (!(await isUsersOwn(caller))) return turnAway(caller, closedToStrangers);
      const closedMeanwhile = refusal(caller);
      return closedMeanwhile ? turnAway(caller, closedMeanwhile) : admit(caller, false);
    },
    failed() {
      failures++;
      brake.failed();
    },
    counts: () => ({ inProgress, refused: { ...refused }, braking: brake.isOn(), failures }),
    async stop() {
      await Promise.all([brake.stop(), refusedCalls.stop()]);
    },
  };
}
