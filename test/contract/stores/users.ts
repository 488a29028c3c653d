import { describe, expect, it } from 'vitest';
import { usualSettings, type UserSettings } from '../../../src/domain/user.ts';
import { entry, newUser, number, refused, unwritable, type Bench } from './bench.ts';

export function usersContract({ stores, addUser, audit }: Bench): void {
  describe('users', () => {
    it('gives back what was added, by every key', async () => {
      const added = await stores.users.add(
        newUser('mira', { services: ['web', 'sip'] }),
        { knockCodeLookup: 'abc', pinHash: 'hash' },
        entry('user-created'),
      );
      expect(added).toEqual({
        ...usualSettings,
        id: added.id,
        name: 'mira',
        services: ['web', 'sip'],
        secondFactor: 'none',
        codesLeft: 0,
        revision: 0,
        createdAt: 500,
      });
      expect(await stores.users.byId(added.id)).toEqual(added);
      expect(await stores.users.byName('mira')).toEqual(added);
      expect(await stores.users.byKnockCode('abc')).toEqual({
        user: added,
        secrets: { knockCodeLookup: 'abc', pinHash: 'hash', totp: null },
      });
      expect(await stores.users.secretsOf(added.id)).toEqual({
        knockCodeLookup: 'abc',
        pinHash: 'hash',
        totp: null,
      });
    });

    it('keeps every setting, from the start and when changed', async () => {
      const settings: UserSettings = {
        disabled: true,
        services: ['sip'],
        language: 'fr',
        callerPolicy: 'call-back',
        numbers: [number('15550102'), number('15550101')],
        leastAttestation: 'B',
        pairing: 'knock-code',
        email: 'mira@example.net',
      };
      const added = await stores.users.add(
        newUser('mira', settings),
        { knockCodeLookup: 'abc', pinHash: 'hash' },
        entry('user-created'),
      );
      expect(added).toMatchObject(settings);
      const { id } = added;
      for (const key of Object.keys(settings) as (keyof UserSettings)[]) {
        const change = { [key]: usualSettings[key] };
        const changed = await stores.users.change(id, change, entry('user-changed'));
        expect(changed).toMatchObject(change);
      }
      expect(await stores.users.byId(id)).toMatchObject(usualSettings);
      expect(await stores.users.change(id, settings, entry('user-changed'))).toEqual({
        ...added,
        revision: 9,
      });
      expect((await audit()).filter((row) => row.kind === 'user-changed')).toHaveLength(9);
    });

    it('changes what is named and nothing else', async () => {
      const { id } = await addUser();
      const before = await stores.users.change(
        id,
        { numbers: [number('15550101')], services: ['web'] },
        entry('user-changed'),
      );
      const after = await stores.users.change(id, { language: 'de' }, entry('user-changed'));
      expect(after).toEqual({ ...before, language: 'de', revision: 2 });
    });

    it('has a new revision with every change of settings or secrets, and with nothing else', async () => {
      const [mira, otto] = [await addUser('mira'), await addUser('otto')];
      const { users } = stores;
      const { id } = mira;
      const revisions = [];
      for (const change of [
        () => users.change(id, { language: 'de' }, entry('user-changed')),
        () => users.change(id, { disabled: true }, entry('user-disabled')),
        () => users.setPin(id, 'another hash', entry('pin-reset')),
        () => users.setKnockCode(id, 'new', entry('knock-code-reset')),
        () => users.setSecondFactor(id, { kind: 'totp', sealed: 'x' }, entry('second-factor-set')),
        () => users.useTotpStep(id, 1, entry('code-used')),
        () =>
          users.setSecondFactor(id, { kind: 'sheet', lookups: ['a'] }, entry('second-factor-set')),
        () => users.useSheetCode(id, 'a', entry('code-used')),
        () => users.setSecondFactor(id, { kind: 'none' }, entry('second-factor-removed')),
      ]) {
        await change();
        revisions.push((await users.byId(id))?.revision);
      }
      expect(revisions).toEqual([1, 2, 3, 4, 5, 5, 6, 6, 7]);
      expect(await users.byKnockCode('new')).toMatchObject({ user: { revision: 7 } });
      expect(await users.byId(otto.id)).toEqual(otto);
    });

    it('keeps its revision when a change is refused', async () => {
      const [mira] = [await addUser('mira'), await addUser('otto', 'taken')];
      const { users } = stores;
      const reset = entry('knock-code-reset');
      await refused(users.setKnockCode(mira.id, 'taken', reset), 'conflict');
      await refused(users.change(mira.id, { language: '' }, entry('user-changed')), 'invalid');
      await refused(users.setPin(mira.id, 'hash', unwritable('pin-reset')), 'store-failed');
      expect(await users.byId(mira.id)).toEqual(mira);
    });

    it.each([
      { numbers: [number('+15550101')] },
      { numbers: [number('')] },
      { numbers: [number('1234567890123456')] },
      { numbers: [number('1\0')] },
      { language: '' },
      { callerPolicy: 'some' as never },
      { leastAttestation: 'D' as never },
      { pairing: 'blue' as never },
    ])('refuses the malformed setting %j, and changes nothing', async (change) => {
      const user = await addUser();
      const before = await audit();
      await refused(stores.users.change(user.id, change, entry('user-changed')), 'invalid');
      await refused(
        stores.users.add(
          newUser('otto', change),
          { knockCodeLookup: 'x', pinHash: 'y' },
          entry('user-created'),
        ),
        'invalid',
      );
      expect(await stores.users.list()).toEqual([user]);
      expect(await audit()).toEqual(before);
    });

    it('refuses a number that stands on the list twice, and keeps the list', async () => {
      const { id } = await addUser();
      const numbers = [number('15550101'), number('15550102')];
      await stores.users.change(id, { numbers }, entry('user-changed'));
      const twice = { numbers: [...numbers, numbers[0]!] };
      await refused(stores.users.change(id, twice, entry('user-changed')), 'conflict');
      expect((await stores.users.byId(id))?.numbers).toEqual(numbers);
    });

    it('knows the numbers of all enabled users, and no others', async () => {
      const [mira, otto] = [await addUser('mira'), await addUser('otto')];
      const [office, mobile] = [number('15550101'), number('15550102')];
      const set = (id: number, change: Partial<UserSettings>): Promise<unknown> =>
        stores.users.change(id, change, entry('user-changed'));
      const known = async (): Promise<boolean[]> => [
        await stores.users.hasNumber(office),
        await stores.users.hasNumber(mobile),
      ];
      expect(await known()).toEqual([false, false]);
      await set(mira.id, { numbers: [mobile, office] });
      await set(otto.id, { numbers: [office] });
      expect(await known()).toEqual([true, true]);
      await set(mira.id, { disabled: true });
      expect(await known()).toEqual([true, false]);
      await set(otto.id, { numbers: [] });
      expect(await known()).toEqual([false, false]);
      expect(await stores.users.hasNumber(number('5550101'))).toBe(false);
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
      await stores.users.change(id, { disabled: true }, entry('user-disabled', { userId: id }));
      expect((await stores.users.byId(id))?.disabled).toBe(true);
      await stores.users.change(id, { disabled: false }, entry('user-enabled', { userId: id }));
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

    it('is found by a new knock code alone, once it has one', async () => {
      const [mira] = [await addUser('mira', 'old'), await addUser('otto', 'taken')];
      await refused(
        stores.users.setKnockCode(mira.id, 'taken', entry('knock-code-reset')),
        'conflict',
      );
      expect((await stores.users.byKnockCode('old'))?.user).toEqual(mira);
      await stores.users.setKnockCode(mira.id, 'old', entry('knock-code-reset'));
      await stores.users.setKnockCode(mira.id, 'new', entry('knock-code-reset'));
      expect(await stores.users.byKnockCode('old')).toBeUndefined();
      expect(await stores.users.byKnockCode('new')).toEqual({
        user: { ...mira, revision: 2 },
        secrets: { knockCodeLookup: 'new', pinHash: 'scrypt$…', totp: null },
      });
      expect((await audit()).filter((row) => row.kind === 'knock-code-reset')).toHaveLength(2);
    });

    it('refuses to change an unknown user, and writes nothing', async () => {
      const { users } = stores;
      const change = { disabled: true, numbers: [number('15550101')] };
      await refused(users.change(77, change, entry('user-disabled')), 'not-found');
      await refused(users.setPin(77, 'hash', entry('pin-reset')), 'not-found');
      await refused(users.setKnockCode(77, 'x', entry('knock-code-reset')), 'not-found');
      const sheet = { kind: 'sheet', lookups: ['x'] } as const;
      await refused(users.setSecondFactor(77, sheet, entry('second-factor-set')), 'not-found');
      expect(await users.secretsOf(77)).toBeUndefined();
      expect(await audit()).toEqual([]);
    });

    it('cannot be changed through what it gave out', async () => {
      const services = ['web'];
      const added = await stores.users.add(
        newUser('mira', { services }),
        { knockCodeLookup: 'abc', pinHash: 'hash' },
        entry('user-created'),
      );
      services.push('sip');
      (added.services as string[]).push('ssh');
      expect((await stores.users.byId(added.id))?.services).toEqual(['web']);
    });
  });
}
