import type { Instant, Seconds } from '../domain/time.ts';

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

/** One IPv6 host has a /64 to itself (RFC 6177), so that is what counts as one source. */
function sourceOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const whole = [
    ...groups,
    ...Array<string>(Math.max(missing, 0)).fill('0'),
    ...(tail ?? '').split(':'),
  ];
  return whole.slice(0, 4).join(':');
}
