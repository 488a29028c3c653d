import type { Instant, Seconds } from '../domain/time.ts';
import { sourceOf } from './source.ts';

const forgiven = 10;
const window: Seconds = 60;
/** Addresses remembered at most; the one that began longest ago is forgotten first. */
const remembered = 1000;

/**
 * Counts bad tokens by address. A good token is never refused for the bad ones
 * of a neighbour (behind one proxy everybody is a neighbour): 256 random bits
 * cannot be guessed, so this is there to keep a broken or hostile client cheap
 * and the log readable, and must not become a way to lock the administrator out.
 */
export interface BadTokens {
  /** Counts one; the seconds to wait when there have been too many, otherwise nothing. */
  count(address: string, now: Instant): Seconds | undefined;
}

export function createBadTokens(): BadTokens {
  const seen = new Map<string, { count: number; readonly until: Instant }>();
  return {
    count(address, now) {
      const source = sourceOf(address);
      let entry = seen.get(source);
      // the second half: a clock set back must not make a window endless
      if (!entry || now >= entry.until || entry.until - now > window * 1000) {
        seen.delete(source);
        const [oldest] = seen.keys();
        if (seen.size >= remembered && oldest !== undefined) seen.delete(oldest);
        entry = { count: 0, until: now + window * 1000 };
        seen.set(source, entry);
      }
      entry.count += 1;
      return entry.count > forgiven ? Math.ceil((entry.until - now) / 1000) : undefined;
    },
  };
}
