import type { Instant, Seconds } from '../domain/time.ts';

/** Sources remembered at most; the one that was quiet longest is forgotten first. */
const remembered = 1000;

/**
 * How much one source may ask: so many at once, and so many in a minute on the average
 * (a bucket that fills again steadily). What it costs to remember is bounded, whoever asks.
 */
export interface Rate {
  /** Counts one; the whole seconds to wait when there were too many, otherwise nothing. */
  take(source: string, now: Instant): Seconds | undefined;
}

export function createRate(perMinute: number): Rate {
  const buckets = new Map<string, { left: number; at: Instant }>();
  const perMillisecond = perMinute / 60_000;

  return {
    take(source, now) {
      const bucket = buckets.get(source) ?? { left: perMinute, at: now };
      // to the end of the line, so that the first in it is the one that was quiet longest
      buckets.delete(source);
      buckets.set(source, bucket);
      const [quietest] = buckets.keys();
      if (buckets.size > remembered && quietest !== undefined) buckets.delete(quietest);
      // a clock that is set back takes nothing away
      const passed = Math.max(0, now - bucket.at);
      bucket.left = Math.min(perMinute, bucket.left + passed * perMillisecond);
      bucket.at = now;
      if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perMillisecond / 1000));
      bucket.left -= 1;
      return undefined;
    },
  };
}
