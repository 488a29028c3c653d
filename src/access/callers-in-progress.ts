import type { Seconds } from '../domain/time.ts';
import type { Caller } from './caller.ts';
import { slidingWindow, type SlidingWindow } from './sliding-window.ts';

/** What each caller is doing, in bounded memory however many numbers there are. */
export interface CallersInProgress {
  /** Why this caller may not come in, by its own limits. */
  refusal(
    caller: Caller,
    now: number,
    standing: Standing,
  ): 'too-many-from-caller' | 'too-often' | undefined;
  /** Counts a call; the answer ends it, once. */
  enter(caller: Caller, now: number): () => void;
}

/**
 * A trusted telephone is one whose number somebody would forge to keep its owner out:
 * twice as many of its calls at once, and as many within the hour as there may be.
 */
export type Standing = 'stranger' | 'trusted';

export interface CallerLimits {
  readonly atOnce: number;
  readonly perHour: number;
}

interface Trace {
  inProgress: number;
  readonly hour: SlidingWindow;
}

const hour: Seconds = 3600;

/** More callers than this within an hour, and the one that called longest ago is forgotten. */
const mostCallers = 10_000;

export function createCallersInProgress(
  limitsOf: (caller: Caller) => CallerLimits,
): CallersInProgress {
  /** Those who called last come last. */
  const traces = new Map<Caller, Trace>();

  function forgetOldest(): void {
    // the calls in progress are bounded, and so is this
    for (const [caller, { inProgress }] of traces) {
      if (traces.size <= mostCallers) return;
      if (inProgress === 0) traces.delete(caller);
    }
  }

  const traceOf = (caller: Caller): Trace =>
    traces.get(caller) ?? { inProgress: 0, hour: slidingWindow(limitsOf(caller).perHour, hour) };

  return {
    refusal(caller, now, standing) {
      const trace = traceOf(caller);
      const trusted = standing === 'trusted';
      const { atOnce } = limitsOf(caller);
      if (trace.inProgress >= (trusted ? 2 * atOnce : atOnce)) return 'too-many-from-caller';
      return !trusted && trace.hour.full(now) ? 'too-often' : undefined;
    },
    enter(caller, now) {
      const trace = traceOf(caller);
      traces.delete(caller);
      traces.set(caller, trace);
      trace.inProgress++;
      trace.hour.add(now);
      forgetOldest();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        trace.inProgress--;
      };
    },
  };
}
