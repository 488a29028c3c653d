import type { Firewall } from '../domain/ports.ts';
import { systemTimer, type Seconds, type Timer } from '../domain/time.ts';

export interface ReconcilerParts {
  readonly firewall: Pick<Firewall, 'onDisturbed'>;
  /** What is reconciled, for the log. */
  readonly what: string;
  /** Makes the gate match once; must end by itself, well or not. */
  readonly reconcile: () => Promise<void>;
  readonly every: Seconds;
  readonly log: (message: string, error?: unknown) => void;
  /** Told how each run ended. */
  readonly ended?: (well: boolean) => void;
  /** Where a run may take long: the longest that disturbances are gathered so that it leaves time for all else. */
  readonly longestGather?: Seconds;
  /** After a failure, and how long disturbances are gathered before a run. */
  readonly pauses?: { readonly retry: Seconds; readonly gather: Seconds };
  readonly timer?: Timer;
}

export interface Reconciler {
  /** Runs as soon as may be; resolves when a run that began after this call has ended, well or not. */
  now(): Promise<void>;
  /** Runs soon, once for all who ask within a moment. */
  soon(): void;
  /** Starts no more runs, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Makes the gate match the database: at start, every so often, and when the gate
 * was disturbed. Never throws, never runs twice at once; a failure is retried
 * soon and said once, as is its end.
 */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { firewall, what, reconcile, every, log, longestGather = 0, timer = systemTimer } = parts;
  const { retry, gather } = parts.pauses ?? { retry: 1, gather: 0.05 };
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let due: { cancel(): void } | undefined;
  let dueAt = Infinity;
  let failing = false;
  let stopped = false;
  let took: Seconds = 0;

  const once = async (): Promise<void> => {
    let next = every;
    const began = performance.now();
    try {
      await reconcile();
      took = (performance.now() - began) / 1000;
      parts.ended?.(true);
      if (failing) log(`${what} can be reconciled again.`);
      failing = false;
    } catch (error) {
      parts.ended?.(false);
      if (!failing) log(`${what} could not be reconciled; trying again until it can.`, error);
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
    due?.cancel();
    dueAt = Infinity;
    running = once().finally(() => (running = undefined));
    return running;
  };

  /** Brings the next run forward, never puts it off: disturbances without end must not starve it. */
  const plan = (seconds: Seconds): void => {
    const at = performance.now() + seconds * 1000;
    if (stopped || at >= dueAt) return;
    dueAt = at;
    due?.cancel();
    due = timer(seconds, () => void now());
  };
  // four fifths of the time are for others, also where a long list is changed without end
  const soon = (): void => plan(Math.max(gather, Math.min(took * 4, longestGather)));

  firewall.onDisturbed(soon);
  void now();
  return {
    now,
    soon,
    stop: async () => {
      stopped = true;
      due?.cancel();
      await running;
    },
  };
}
