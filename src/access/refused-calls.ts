import type { AuditEntry } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';
import type { Caller } from './caller.ts';

/** Puts calls on record that were not answered, so that a flood of them costs a handful of rows. */
export interface RefusedCalls {
  /** Never throws, and waits for nothing. */
  note(reason: string, caller: Caller): void;
  /** Puts on record what is still to be summed up. Never rejects. */
  stop(): Promise<void>;
}

export interface RefusedCallsParts {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly alarm: (message: string, details: Readonly<Record<string, string | number>>) => void;
}

/** So many of a minute, for each reason, are put on record one by one. */
const oneByOne = 3;
const minute: Seconds = 60;
/** Different callers are counted up to here, and told as this many when there were more. */
const mostCallersCounted = 100;

interface Tally {
  single: number;
  count: number;
  readonly callers: Set<Caller>;
}

export function createRefusedCalls(parts: RefusedCallsParts): RefusedCalls {
  const { audit, clock, timer, alarm } = parts;
  /** Of the minute that runs, by reason. */
  let tallies = new Map<string, Tally>();
  let running: { cancel(): void } | undefined;
  const writing = new Set<Promise<void>>();
  let stopped = false;

  function tallyOf(reason: string): Tally {
    const tally = tallies.get(reason) ?? { single: 0, count: 0, callers: new Set() };
    tallies.set(reason, tally);
    running ??= timer(minute, () => {
      running = undefined;
      sumUp();
    });
    return tally;
  }

  function add(tally: Tally, count: number, callers: Iterable<Caller>): void {
    tally.count += count;
    for (const caller of callers) {
      if (tally.callers.size < mostCallersCounted) tally.callers.add(caller);
    }
  }

  /** What cannot be written now is told with the next minute. */
  function write(
    reason: string,
    count: number,
    callers: ReadonlySet<Caller>,
    detail: NonNullable<AuditEntry['detail']>,
  ): void {
    const written = audit
      .append({ at: clock.now(), actor: 'system', kind: 'calls-refused', detail })
      .then(
        () => undefined,
        () => {
          if (!stopped) add(tallyOf(reason), count, callers);
        },
      )
      .finally(() => writing.delete(written));
    writing.add(written);
  }

  function sumUp(): void {
    const due = tallies;
    tallies = new Map();
    for (const [reason, { count, callers }] of due) {
      if (count === 0) continue;
      const summary = { reason, count, callers: callers.size };
      alarm('calls were not answered', summary);
      write(reason, count, callers, summary);
    }
  }

  return {
    note(reason, caller) {
      const tally = tallyOf(reason);
      if (tally.single < oneByOne) {
        tally.single++;
        write(reason, 1, new Set([caller]), { reason, caller });
      } else {
        add(tally, 1, [caller]);
      }
    },
    async stop() {
      stopped = true;
      running?.cancel();
      sumUp();
      await Promise.all(writing);
    },
  };
}
