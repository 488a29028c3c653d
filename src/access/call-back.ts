import type { AuditEntry } from '../domain/attempt.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { AuditLog, UserStore } from '../domain/ports.ts';
import type { Clock, Seconds } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import { slidingWindow, type SlidingWindow } from './sliding-window.ts';

/** Phoning users back, which costs money and rings somewhere. */
export interface CallBacks {
  /**
   * The number to call now, put on record; undefined when the user has none, was
   * changed or disabled since they were recognised, or was called too often this hour.
   */
  begin(user: User, callId: number): Promise<PhoneNumber | undefined>;
  /** Whether to dial the same number once more for this call: asked just before, and counted like `begin`. */
  again(user: User, callId: number): Promise<boolean>;
  /** `why` is for the record, and must hold no secret. */
  failed(user: User, callId: number, why: string): Promise<void>;
}

export interface CallBackParts {
  readonly users: Pick<UserStore, 'byId'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets: only its differences mean anything. */
  readonly steady: () => number;
  /** Undefined where nobody can be phoned. */
  readonly perHour: number | undefined;
}

const hour: Seconds = 3600;

/**
 * The limit is kept in memory: it needs the PIN to get as far as this, and a
 * restart gives a user one more hour's worth of calls at most.
 */
export function createCallBacks({
  users,
  audit,
  clock,
  steady,
  perHour,
}: CallBackParts): CallBacks {
  const windows = new Map<number, SlidingWindow>();

  async function note(
    kind: AuditEntry['kind'],
    user: User,
    callId: number,
    detail: Readonly<Record<string, string>>,
  ): Promise<void> {
    await audit.append({
      at: clock.now(),
      actor: `call:${callId}`,
      kind,
      callId,
      userId: user.id,
      detail,
    });
  }

  const failed = (user: User, callId: number, why: string): Promise<void> =>
    note('call-back-failed', user, callId, { why });

  /** Why nobody is to be phoned now, or `undefined`, and then this call counts. */
  async function refusal(user: User): Promise<string | undefined> {
    const now = await users.byId(user.id);
    if (perHour === undefined) return 'no-endpoint';
    if (!now || now.disabled) return 'disabled';
    // with other secrets, another number or another policy it is not they who asked, or not for this
    if (now.revision !== user.revision) return 'user-changed';
    const window = windows.get(user.id) ?? slidingWindow(perHour, hour);
    windows.set(user.id, window);
    if (window.full(steady())) return 'too-often';
    // before the record is written: a hundred calls at once get no more than one after another
    window.add(steady());
    return undefined;
  }

  async function begin(user: User, callId: number): Promise<PhoneNumber | undefined> {
    const [number] = user.numbers;
    if (number === undefined) {
      await failed(user, callId, 'no-number');
      return undefined;
    }
    const why = await refusal(user);
    if (why !== undefined) {
      await failed(user, callId, why);
      return undefined;
    }
    // the whole number: it is the user's registered one, and an auditor must see what was phoned
    await note('call-back-began', user, callId, { number });
    return number;
  }

  return {
    begin,
    // unchanged is the user, and so is the number: a second dialling is like the first
    again: async (user, callId) => (await begin(user, callId)) !== undefined,
    failed,
  };
}
