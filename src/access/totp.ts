import { Secret, TOTP } from 'otpauth';
import type { OneTimeCode } from '../domain/one-time-code.ts';
import type { Instant } from '../domain/time.ts';

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, 30 seconds. */
const shape = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** RFC 6238, section 5.2: one step either way, for slow fingers and clocks that are a little off. */
const window = 1;

/** A new secret, in base 32; RFC 4226, section 4, recommends 160 bits. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app scans. */
export function totpUri(secret: string, issuer: string, label: string): string {
  return new TOTP({ ...shape, secret, issuer, label }).toString();
}

/** The step that the code belongs to, or `undefined` when it is none of those that are good now. */
export function totpStep(secret: string, code: OneTimeCode, now: Instant): number | undefined {
  const totp = new TOTP({ ...shape, secret });
  const delta = totp.validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}
