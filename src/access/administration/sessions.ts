import { randomBytes } from 'node:crypto';
import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { Instant, Seconds } from '../../domain/time.ts';
import { isLive, type Token } from '../../domain/token.ts';
import { createRate } from '../rate.ts';
import { tokenHash } from '../secrets.ts';
import { entries, type AdministrationParts } from './parts.ts';

/** Somebody at the page, who has shown a token once. */
export interface Session {
  /** As it is now: what it may, and that it still holds, is looked up at each use. */
  readonly token: Token;
  /** When it ends if nothing more is done. */
  readonly endsAt: Instant;
}

export interface SessionAdministration {
  /**
   * By the secret of a token. That of the session is shown this once; only its hash is kept.
   * @throws AccessError `unauthorized`, `too-many-requests`.
   */
  signIn(tokenSecret: string): Promise<Session & { readonly secret: string }>;
  /** The session with this secret, if it still holds. @param use puts its end by idleness off. */
  session(secret: string, use: boolean): Promise<Session | undefined>;
  /** Ends it; one that has ended already is left alone. */
  signOut(secret: string, by: Actor): Promise<void>;
}

/** However much is done with it. */
const longest: Seconds = 12 * 3600;
/** A clock that is set back must not make a session longer; by this much it is no matter. */
const forgivenClockStep: Seconds = 300;
/** Beyond these the one that was not used for longest ends. */
const mostOfToken = 20;
const most = 1000;
/** Of a token, in a minute: each is a row of the record, and no role may push out what is there. */
const mostSignIns = 60;

interface Kept {
  readonly tokenName: string;
  readonly beganAt: Instant;
  usedAt: Instant;
}

/** In memory: after a restart people sign in again, and no copy of the database holds a session. */
export function sessionAdministration({
  stores,
  clock,
  sessionIdle,
}: Pick<AdministrationParts, 'stores' | 'clock' | 'sessionIdle'>): SessionAdministration {
  const entry = entries(clock);
  /** By the hash of its secret; the one that was not used for longest is the first. */
  const sessions = new Map<string, Kept>();
  const signIns = createRate(mostSignIns);

  const endOf = ({ beganAt, usedAt }: Kept, token: Token): Instant =>
    Math.min(usedAt + sessionIdle * 1000, beganAt + longest * 1000, token.expiresAt ?? Infinity);

  function makeRoom(tokenName: string): void {
    const own = [...sessions].filter(([, kept]) => kept.tokenName === tokenName);
    const [ownOldest] = own.length < mostOfToken ? [] : own;
    const [oldest] = sessions.size < most ? [] : sessions;
    for (const leaving of [ownOldest, oldest]) if (leaving) sessions.delete(leaving[0]);
  }

  return {
    async signIn(tokenSecret) {
      const token = await stores.tokens.byHash(tokenHash(tokenSecret));
      if (!token || !isLive(token, clock.now())) {
        throw new AccessError('unauthorized', 'There is no live token with this secret.');
      }
      const wait = signIns.take(token.name, clock.now());
      if (wait !== undefined) {
        throw new AccessError(
          'too-many-requests',
          `${token.name} has signed in too often; wait ${wait} seconds.`,
        );
      }
      const secret = randomBytes(32).toString('base64url');
      const now = clock.now();
      const kept = { tokenName: token.name, beganAt: now, usedAt: now };
      const endsAt = endOf(kept, token);
      const until = new Date(Math.min(now + longest * 1000, token.expiresAt ?? Infinity));
      await stores.audit.append(
        entry(`token:${token.name}`, 'signed-in', { detail: { until: until.toISOString() } }),
      );
      makeRoom(token.name);
      sessions.set(tokenHash(secret), kept);
      return { token, endsAt, secret };
    },

    async session(secret, use) {
      const hash = tokenHash(secret);
      const kept = sessions.get(hash);
      if (!kept) return undefined;
      const token = await stores.tokens.byName(kept.tokenName);
      const now = clock.now();
      // it may have been ended while the token was looked up
      if (!sessions.has(hash)) return undefined;
      const held = token && isLive(token, now) && now < endOf(kept, token);
      if (!held || now < kept.usedAt - forgivenClockStep * 1000) {
        sessions.delete(hash);
        return undefined;
      }
      if (use) {
        kept.usedAt = now;
        sessions.delete(hash);
        sessions.set(hash, kept);
      }
      return { token, endsAt: endOf(kept, token) };
    },

    async signOut(secret, by) {
      // first: whatever becomes of the record, nobody comes in by it any more
      if (!sessions.delete(tokenHash(secret))) return;
      await stores.audit.append(entry(by, 'signed-out'));
    },
  };
}
