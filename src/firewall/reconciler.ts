import type { Opening } from '../domain/grant.ts';
import type { Firewall, SyncReport } from '../domain/ports.ts';
import type { Seconds } from '../domain/time.ts';

export interface ReconcilerParts {
  readonly firewall: Firewall;
  /** What the database says should be open now. */
  readonly desired: () => Promise<readonly Opening[]>;
  /** The lock that opening and closing take too: between reading and syncing nothing else may change. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told of every sync that changed something or failed for an entry. */
  readonly report: (report: SyncReport) => Promise<void>;
  readonly every: Seconds;
  readonly log: (message: string, error?: unknown) => void;
  /** After a failure, and how long disturbances are gathered before a run. */
  readonly pauses?: { readonly retry: Seconds; readonly gather: Seconds };
}

export interface Reconciler {
  /** Runs as soon as may be; resolves when a run that began after this call has ended, well or not. */
  now(): Promise<void>;
  /** Starts no more runs, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Makes the gate match the database: at start, every so often, and when the gate
 * was disturbed. Never throws, never runs twice at once; a failure is retried
 * soon and said once, as is its end.
 */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { firewall, every, log } = parts;
  const { retry, gather } = parts.pauses ?? { retry: 1, gather: 0.05 };
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let failing = false;
  let stopped = false;

  const once = async (): Promise<void> => {
    let next = every;
    try {
      const report = await parts.exclusively(async () => firewall.sync(await parts.desired()));
      if (failing) log('The gate can be reconciled again.');
      failing = false;
      if (report.opened.length + report.closed.length + report.failed.length > 0) {
        await parts.report(report);
      }
    } catch (error) {
      if (!failing) log('The gate could not be reconciled; trying again until it can.', error);
      failing = true;
      next = Math.min(retry, every);
    }
    plan(next);
  };

  const now = (): Promise<void> => {
    if (stopped) return running ?? Promise.resolve();
    if (running) {
      queued ??= running.then(() => {
        queued = undefined;
        return now();
      });
      return queued;
    }
    clearTimeout(timer);
    dueAt = Infinity;
    running = once().finally(() => (running = undefined));
    return running;
  };

  /** Brings the next run forward, never puts it off: disturbances without end must not starve it. */
  const plan = (seconds: Seconds): void => {
    const due = performance.now() + seconds * 1000;
    if (stopped || due >= dueAt) return;
    dueAt = due;
    clearTimeout(timer);
    timer = setTimeout(() => void now(), seconds * 1000);
  };

  firewall.onDisturbed(() => plan(gather));
  void now();
  return {
    now,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
