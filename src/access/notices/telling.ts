import type { ReceiverId } from '../../domain/notice.ts';
import type { AuditLog, NoticeQueue } from '../../domain/ports.ts';
import {
  after,
  secondsBetween,
  type Clock,
  type Instant,
  type Seconds,
  type Timer,
} from '../../domain/time.ts';
import type { Dispatch } from './dispatch.ts';
import type { Intake } from './intake.ts';

export interface TellingParts {
  readonly audit: Pick<AuditLog, 'watch'>;
  readonly queue: Pick<NoticeQueue, 'keepOnly' | 'forget'>;
  readonly intake: Intake;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: (message: string, details: Readonly<Record<string, string | number>>) => void;
  /** Those that there are; what waits for others is forgotten. */
  readonly receivers: readonly ReceiverId[];
  readonly users: boolean;
}

/** Happenings that come together are looked at together. */
const gather: Seconds = 0.1;
/** Also when nothing tells us to: another process may have written, and a store may be well again. */
const longestSleep: Seconds = 30;
/** What is being sent when the server stops is waited for so long; then it is sent again one day. */
const patience: Seconds = 2;
const rounds: Seconds = 3600;
/** What was sent and what was given up can be looked at for so long. */
const keepSent: Seconds = 86_400;
const keepFailed: Seconds = 30 * 86_400;

/** Follows the record: looks, sends, and sleeps until there is more to do. */
export function startTelling(parts: TellingParts): { next(): void; stop(): Promise<void> } {
  const { audit, queue, intake, dispatch, clock, timer, log, receivers, users } = parts;
  let sleeping: { cancel(): void } | undefined;
  let looking: Promise<void> | undefined;
  /** Somebody wants a look: while one is under way, or while we sleep no longer than to gather. */
  let wanted = false;
  let begun = false;
  const end = new AbortController();
  const { signal } = end;
  let tidied: Instant | undefined;

  async function begin(): Promise<void> {
    if (begun) return;
    await intake.begin();
    const dropped = await queue.keepOnly(receivers, users);
    if (dropped > 0) log('notices for receivers that are gone were dropped', { dropped });
    begun = true;
  }

  async function tidy(): Promise<void> {
    const now = clock.now();
    if (tidied !== undefined && Math.abs(secondsBetween(tidied, now)) < rounds) return;
    await queue.forget(after(now, -keepSent), after(now, -keepFailed));
    tidied = now;
  }

  async function look(): Promise<void> {
    let next: Instant | undefined;
    try {
      await begin();
      while (!signal.aborted && (await intake.readOn())) await breath();
      if (signal.aborted) return;
      next = await dispatch.look();
      await tidy();
    } catch (error) {
      log('notices could not be looked after; it is tried again', {
        why: (error as Error).message,
      });
    }
    const left = next === undefined ? longestSleep : secondsBetween(clock.now(), next);
    const looked = !wanted;
    wanted = false;
    if (looked) sleep(Math.min(Math.max(left, gather), longestSleep));
    else soonAsleep(gather);
  }

  /** Between two pieces of work, so that calls come first. */
  const breath = (): Promise<void> => new Promise((resolve) => timer(gather, resolve));

  function sleep(seconds: Seconds): void {
    sleeping?.cancel();
    if (signal.aborted) return;
    sleeping = timer(seconds, () => {
      wanted = false;
      looking = look().finally(() => {
        looking = undefined;
      });
    });
  }

  function soonAsleep(seconds: Seconds): void {
    wanted = true;
    sleep(seconds);
  }

  function soon(seconds: Seconds): void {
    // once is enough, or those who come one after the other would put it off for ever
    if (wanted) return;
    if (looking) wanted = true;
    else soonAsleep(seconds);
  }

  const unwatch = audit.watch(() => soon(gather));
  sleep(gather);
  return {
    // the next one need not wait for others to come together with it
    next: () => soon(0),
    async stop() {
      end.abort();
      unwatch();
      sleeping?.cancel();
      let late: { cancel(): void } | undefined;
      const timeUp = new Promise<void>((resolve) => {
        late = timer(patience, resolve);
      });
      await Promise.race([Promise.all([looking, dispatch.settled()]), timeUp]);
      late?.cancel();
    },
  };
}
