import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { NamePage } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import { isLive, type Role, type Token } from '../../domain/token.ts';
import { isUserName } from '../../domain/user.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { pageOf, type PageOf } from '../paging.ts';
import { newTokenSecret, tokenHash } from '../secrets.ts';
import { entries, type AdministrationParts } from './parts.ts';

export interface TokenAdministration {
  /** By name. */
  tokens(page: NamePage): Promise<PageOf<Token, string>>;
  /** @throws AccessError `not-found`. */
  token(name: string): Promise<Token>;
  addToken(
    request: {
      readonly name: string;
      readonly role: Role;
      /** Null, or left out: until it is revoked. */
      readonly expiresAt?: Instant | null | undefined;
    },
    by: Actor,
  ): Promise<{ token: Token; secret: string }>;
  /**
   * The last live token of an administrator is revoked only where that is asked for.
   * @throws AccessError `not-found`, `conflict` (revoked already), `last-administrator`.
   */
  revokeToken(name: string, by: Actor, also?: { readonly last: boolean }): Promise<Token>;
  /** The live token that this secret belongs to. */
  tokenFor(secret: string): Promise<Token | undefined>;
  /** The token with this secret, if its time is over and it was not revoked. */
  expiredToken(secret: string): Promise<Token | undefined>;
}

export function tokenAdministration({ stores, clock }: AdministrationParts): TokenAdministration {
  const { tokens } = stores;
  const entry = entries(clock);
  // two that revoke one another's must not leave none
  const changing = oneAtATime();

  async function tokenNamed(name: string): Promise<Token> {
    const token = await tokens.byName(name);
    if (!token) throw new AccessError('not-found', `There is no token named ${name}.`);
    return token;
  }

  async function refuseLast(token: Token): Promise<void> {
    const now = clock.now();
    if (token.role !== 'admin' || !isLive(token, now)) return;
    const others = (await tokens.list()).filter((t) => t.role === 'admin' && t.id !== token.id);
    if (others.some((other) => isLive(other, now))) return;
    throw new AccessError(
      'last-administrator',
      `${token.name} is the last live token of an administrator; make another first, or say that the last one shall go, too.`,
    );
  }

  return {
    tokens: (wanted) =>
      pageOf(
        wanted,
        (page) => tokens.page(page),
        ({ name }) => name,
      ),
    token: tokenNamed,

    async addToken({ name, role, expiresAt = null }, by) {
      if (!isUserName(name)) {
        throw new AccessError('invalid', 'A token name follows the same rules as a user name.');
      }
      const now = clock.now();
      if (expiresAt !== null && !(expiresAt > now)) {
        throw new AccessError('invalid', 'A token must end in the future.');
      }
      const secret = newTokenSecret();
      const token = await tokens.add(
        { name, role, createdAt: now, expiresAt },
        tokenHash(secret),
        entry(by, 'token-created', {
          detail: {
            name,
            role,
            ...(expiresAt !== null && { until: new Date(expiresAt).toISOString() }),
          },
        }),
      );
      return { token, secret };
    },

    revokeToken: (name, by, { last } = { last: false }) =>
      changing(async () => {
        const token = await tokenNamed(name);
        if (!last) await refuseLast(token);
        const at = clock.now();
        await tokens.revoke(token.id, at, entry(by, 'token-revoked', { detail: { name } }));
        return { ...token, revokedAt: at };
      }),

    async tokenFor(secret) {
      // found by its hash, so that comparing takes no time that a guess could be measured by
      const token = await tokens.byHash(tokenHash(secret));
      return token && isLive(token, clock.now()) ? token : undefined;
    },
    async expiredToken(secret) {
      const token = await tokens.byHash(tokenHash(secret));
      return token && !isLive(token, clock.now()) ? token : undefined;
    },
  };
}
