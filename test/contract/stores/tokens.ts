import { describe, expect, it } from 'vitest';
import type { Stores } from '../../../src/domain/ports.ts';
import { entry, refused, type Bench } from './bench.ts';

export function tokensContract({ stores, audit }: Bench): void {
  const add = (tokenName: string, hash: string): ReturnType<Stores['tokens']['add']> =>
    stores.tokens.add(
      { name: tokenName, role: 'auditor', createdAt: 5, expiresAt: null },
      hash,
      entry('token-created'),
    );

  describe('tokens', () => {
    it('is found by its hash until revoked, and listed for ever', async () => {
      const token = await add('night-audit', 'h1');
      expect(token).toEqual({
        id: token.id,
        name: 'night-audit',
        role: 'auditor',
        createdAt: 5,
        expiresAt: null,
        revokedAt: null,
      });
      expect(await stores.tokens.byHash('h1')).toEqual(token);
      expect(await stores.tokens.byHash('h2')).toBeUndefined();
      await stores.tokens.revoke(token.id, 9, entry('token-revoked'));
      expect(await stores.tokens.byHash('h1')).toBeUndefined();
      expect(await stores.tokens.list()).toEqual([{ ...token, revokedAt: 9 }]);
      await refused(stores.tokens.revoke(token.id, 10, entry('token-revoked')), 'conflict');
      await refused(stores.tokens.revoke(99, 10, entry('token-revoked')), 'not-found');
      expect((await audit()).map((row) => row.kind)).toEqual(['token-revoked', 'token-created']);
    });

    it('refuses a taken name, revoked ones included, and a taken hash unnamed', async () => {
      const { id } = await add('ops', 'h1');
      await refused(add('ops', 'h2'), 'conflict');
      const clash = await add('other', 'h1').catch((error: Error) => error);
      expect(clash).toMatchObject({ code: 'conflict' });
      expect((clash as Error).message).not.toContain('h1');
      await stores.tokens.revoke(id, 9, entry('token-revoked'));
      await refused(add('ops', 'h3'), 'conflict');
      expect(await audit()).toHaveLength(2);
    });
  });
}
