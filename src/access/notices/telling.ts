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
export function startTelling(parts: TellingParts): { soon(): void; stop(): Promise<void> } {
  const { audit, queue, intake, dispatch, clock, timer, log, receivers, users } = parts;
  let sleeping: { cancel(): void } | undefined;
  let looking: Promise<void> | undefined;
  let wanted = false;
  let begun = false;
  let stopped = false;
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
      while (!stopped && (await intake.readOn())) await breath();
      if (stopped) return;
      next = await dispatch.look();
      await tidy();
    } catch (error) {
      log('notices could not be looked after; it is tried again', {
        why: (error as Error).message,
      });
    }
    const left = next === undefined ? longestSleep : secondsBetween(clock.now(), next);
    sleep(wanted ? gather : Math.min(Math.max(left, gather), longestSleep));
  }

  /** Between two pieces of work, so that calls come first. */
  const breath = (): Promise<void> => new Promise((resolve) => timer(gather, resolve));

  function sleep(seconds: Seconds): void {
    wanted = false;
    sleeping?.cancel();
    if (stopped) return;
    sleeping = timer(seconds, () => {
      looking = look().finally(() => {
        looking = undefined;
      });
    });
  }

  function soon(): void {
    // whoever is looking looks once more when it is done
    if (looking) wanted = true;
    else sleep(gather);
  }

  const unwatch = audit.watch(soon);
  sleep(gather);
  return {
    soon,
    async stop() {
      stopped = true;
      unwatch();
      sleeping?.cancel();
      const late = new Promise<void>((resolve) => timer(patience, resolve));
      await Promise.race([Promise.all([looking, dispatch.settled()]), late]);
    },
  };
}
