import { describe, expect, it } from 'vitest';
import { entry, refused, type Bench } from './bench.ts';

export function usersContract({ stores, addUser, audit }: Bench): void {
  describe('users', () => {
    it('gives back what was added, by every key', async () => {
      const added = await stores.users.add(
        { name: 'mira', services: ['web', 'sip'], createdAt: 500 },
        { knockCodeLookup: 'abc', pinHash: 'hash' },
        entry('user-created'),
      );
      expect(added).toEqual({
        id: added.id,
        name: 'mira',
        disabled: false,
        services: ['web', 'sip'],
        createdAt: 500,
      });
      expect(await stores.users.byId(added.id)).toEqual(added);
      expect(await stores.users.byName('mira')).toEqual(added);
      expect(await stores.users.byKnockCode('abc')).toEqual({
        user: added,
        secrets: { knockCodeLookup: 'abc', pinHash: 'hash' },
      });
    });

    it('does not find what is not there', async () => {
      await addUser();
      expect(await stores.users.byName('MIRA')).toBeUndefined();
      expect(await stores.users.byKnockCode('lookup of nobody')).toBeUndefined();
      for (const id of [0, -1, 1.5, 99, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.NaN]) {
        expect(await stores.users.byId(id)).toBeUndefined();
      }
    });

    it('refuses a taken name and says which, and leaves no trace', async () => {
      await addUser('mira');
      await expect(addUser('mira', 'another')).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('mira') as string,
      });
      expect(await stores.users.byKnockCode('another')).toBeUndefined();
      expect(await audit()).toHaveLength(1);
    });

    it('refuses a taken knock code without naming its owner or its key', async () => {
      await addUser('mira', 'the-lookup');
      const clash = addUser('otto', 'the-lookup');
      await refused(clash, 'conflict');
      const message = await clash.catch((error: Error) => error.message);
      expect(message).not.toMatch(/mira|the-lookup/);
      expect(await stores.users.byName('otto')).toBeUndefined();
    });

    it.each(['', ' ', 'a b', '-dash-first', "x'; --", 'zażółć', 'a\0b', 'x'.repeat(65)])(
      'refuses the malformed name %j',
      async (bad) => {
        await refused(addUser(bad), 'invalid');
        expect(await audit()).toEqual([]);
      },
    );

    it('lists by name', async () => {
      for (const n of ['zora', 'Mira', 'anna', '9lives', 'a-b', 'a.b', 'a_b']) await addUser(n);
      const names = (await stores.users.list()).map((user) => user.name);
      expect(names).toEqual(['9lives', 'Mira', 'a-b', 'a.b', 'a_b', 'anna', 'zora']);
    });

    it('disables, enables and changes the PIN, each with its entry', async () => {
      const { id } = await addUser();
      await stores.users.setDisabled(id, true, entry('user-disabled', { userId: id }));
      expect((await stores.users.byId(id))?.disabled).toBe(true);
      await stores.users.setDisabled(id, false, entry('user-enabled', { userId: id }));
      expect((await stores.users.byId(id))?.disabled).toBe(false);
      await stores.users.setPin(id, 'another hash', entry('pin-reset', { userId: id }));
      const found = await stores.users.byKnockCode('lookup of mira');
      expect(found?.secrets.pinHash).toBe('another hash');
      expect((await audit()).map((row) => row.kind)).toEqual([
        'pin-reset',
        'user-enabled',
        'user-disabled',
        'user-created',
      ]);
    });

    it('refuses to change an unknown user, and writes nothing', async () => {
      await refused(stores.users.setDisabled(77, true, entry('user-disabled')), 'not-found');
      await refused(stores.users.setPin(77, 'hash', entry('pin-reset')), 'not-found');
      expect(await audit()).toEqual([]);
    });

    it('cannot be changed through what it gave out', async () => {
      const services = ['web'];
      const added = await stores.users.add(
        { name: 'mira', services, createdAt: 1 },
        { knockCodeLookup: 'abc', pinHash: 'hash' },
        entry('user-created'),
      );
      services.push('sip');
      (added.services as string[]).push('ssh');
      expect((await stores.users.byId(added.id))?.services).toEqual(['web']);
    });
  });
}
