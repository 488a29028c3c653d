import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { Role, Token } from '../../domain/token.ts';
import { isUserName } from '../../domain/user.ts';
import { newTokenSecret, tokenHash } from '../secrets.ts';
import { entries, type AdministrationParts } from './parts.ts';

export interface TokenAdministration {
  tokens(): Promise<Token[]>;
  addToken(
    request: { readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<{ token: Token; secret: string }>;
  revokeToken(name: string, by: Actor): Promise<Token>;
  /** The live token that this secret belongs to. */
  tokenFor(secret: string): Promise<Token | undefined>;
}

export function tokenAdministration({ stores, clock }: AdministrationParts): TokenAdministration {
  const { tokens } = stores;
  const entry = entries(clock);

  return {
    tokens: () => tokens.list(),

    async addToken({ name, role }, by) {
      if (!isUserName(name)) {
        throw new AccessError('invalid', 'A token name follows the same rules as a user name.');
      }
      const secret = newTokenSecret();
      const token = await tokens.add(
        { name, role, createdAt: clock.now() },
        tokenHash(secret),
        entry(by, 'token-created', { detail: { name, role } }),
      );
      return { token, secret };
    },

    async revokeToken(name, by) {
      const token = (await tokens.list()).find((t) => t.name === name);
      if (!token) throw new AccessError('not-found', `There is no token named ${name}.`);
      const at = clock.now();
      await tokens.revoke(token.id, at, entry(by, 'token-revoked', { detail: { name } }));
      return { ...token, revokedAt: at };
    },

    tokenFor: (secret) => tokens.byHash(tokenHash(secret)),
  };
}
