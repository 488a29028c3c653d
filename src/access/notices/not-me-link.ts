import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../domain/time.ts';

/** What a link is good for: to end this grant and all else of its user, until a time. */
export interface NotMeClaim {
  readonly grantId: number;
  /** When its opening was put on record. */
  readonly at: Instant;
  readonly until: Instant;
}

/**
 * What stands in a link, signed: HMAC-SHA-256 under a key that is derived from the key file for
 * this alone (HKDF, RFC 5869). Nothing is kept of a link; a new key file ends them all.
 */
export interface NotMeLinks {
  /** Letters, digits, `.`, `_` and `-`, some seventy of them. */
  sign(claim: NotMeClaim): string;
  /** Undefined for what was not signed here, or is over; which of the two is not told. */
  read(signed: string, now: Instant): NotMeClaim | undefined;
}

const form =
  /^([1-9a-z][0-9a-z]{0,10})\.([1-9a-z][0-9a-z]{0,10})\.([1-9a-z][0-9a-z]{0,10})\.([A-Za-z0-9_-]{43})$/;
const base = 36;
const inSeconds = (time: Instant): string => Math.floor(time / 1000).toString(base);
const fromSeconds = (text: string): Instant => Number.parseInt(text, base) * 1000;

export function createNotMeLinks(key: Buffer): NotMeLinks {
  const derived = createSecretKey(
    Buffer.from(hkdfSync('sha256', key, '', 'dialgate not-me link', 32)),
  );
  const macOf = (claim: string): Buffer => createHmac('sha256', derived).update(claim).digest();

  return {
    sign({ grantId, at, until }) {
      const claim = `${grantId.toString(base)}.${inSeconds(at)}.${inSeconds(until)}`;
      return `${claim}.${macOf(claim).toString('base64url')}`;
    },
    read(signed, now) {
      const [, id = '', began = '', ends = '', mac = ''] = form.exec(signed) ?? [];
      const given = Buffer.from(mac, 'base64url');
      const right = macOf(`${id}.${began}.${ends}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const [at, until] = [fromSeconds(began), fromSeconds(ends)];
      return now < until ? { grantId: Number.parseInt(id, base), at, until } : undefined;
    },
  };
}
