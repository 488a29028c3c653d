import type { AuditEntry } from '../domain/attempt.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { Clock, Seconds } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import { slidingWindow, type SlidingWindow } from './sliding-window.ts';

/** Phoning users back, which costs money and rings somewhere. */
export interface CallBacks {
  /** The number to call now, put on record; undefined when the user has none or was called too often this hour. */
  begin(user: User, callId: number): Promise<PhoneNumber | undefined>;
  /** `why` is for the record, and must hold no secret. */
  failed(user: User, callId: number, why: string): Promise<void>;
}

export interface CallBackParts {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets: only its differences mean anything. */
  readonly steady: () => number;
  readonly perHour: number;
}

const hour: Seconds = 3600;

/**
 * The limit is kept in memory: it needs the PIN to get as far as this, and a
 * restart gives a user one more hour's worth of calls at most.
 */
export function createCallBacks({ audit, clock, steady, perHour }: CallBackParts): CallBacks {
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

  return {
    async begin(user, callId) {
      const [number] = user.numbers;
      if (!number) {
        await failed(user, callId, 'no-number');
        return undefined;
      }
      const window = windows.get(user.id) ?? slidingWindow(perHour, hour);
      windows.set(user.id, window);
      if (window.full(steady())) {
        await failed(user, callId, 'too-often');
        return undefined;
      }
      // before the record is written: a hundred calls at once get no more than one after another
      window.add(steady());
      // the whole number: it is the user's registered one, and an auditor must see what was phoned
      await note('call-back-began', user, callId, { number });
      return number;
    },
    failed,
  };
}
