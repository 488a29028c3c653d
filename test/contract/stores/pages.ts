import { describe, expect, it } from 'vitest';
import { elsewhere, entry, hotel, newCall, refused, type Bench } from './bench.ts';

/** Lists, page by page: each goes on where the one before ended, whatever has come meanwhile. */
export function pagesContract({ stores, addUser, addGrant }: Bench): void {
  const limits = [0, -1, 1.5, 1001, Number.NaN];

  describe('pages', () => {
    it('of users and of tokens are in the order of names, by code unit', async () => {
      for (const name of ['otto', 'Zoe', 'anna', 'b-1']) await addUser(name);
      const { users, tokens } = stores;
      const names = async (after?: string): Promise<string[]> =>
        (await users.page({ after, limit: 2 })).map(({ name }) => name);
      expect(await names()).toEqual(['Zoe', 'anna']);
      expect(await names('anna')).toEqual(['b-1', 'otto']);
      expect(await names('aZ')).toEqual(['anna', 'b-1'].slice(0, 2));
      expect(await names('otto')).toEqual([]);
      for (const name of ['b', 'a']) {
        await tokens.add(
          { name, role: 'operator', createdAt: 1, expiresAt: 9 },
          `hash of ${name}`,
          entry('token-created'),
        );
      }
      expect(await tokens.page({ limit: 1 })).toMatchObject([{ name: 'a', expiresAt: 9 }]);
      expect(await tokens.page({ after: 'a', limit: 9 })).toMatchObject([{ name: 'b' }]);
      expect(await tokens.byName('b')).toMatchObject({ role: 'operator' });
      expect(await tokens.byName('B')).toBeUndefined();
    });

    it('of lockouts have the latest first, and go on in the middle of a time', async () => {
      const failed = (subject: `caller:${string}`, lastAt: number) => ({
        subject,
        failures: { count: 1, lastAt },
      });
      const { lockouts } = stores;
      await lockouts.record(
        [
          failed('caller:b', 5),
          failed('caller:a', 5),
          failed('caller:c', 7),
          failed('caller:d', 3),
        ],
        [],
      );
      const subjects = async (...after: [lastAt: number, subject: string] | []) => {
        const [lastAt, subject] = after;
        const from = lastAt === undefined ? undefined : { lastAt, subject: subject ?? '' };
        return (await lockouts.page({ after: from, limit: 2 })).map((held) => held.subject);
      };
      expect(await subjects()).toEqual(['caller:c', 'caller:a']);
      expect(await subjects(5, 'caller:a')).toEqual(['caller:b', 'caller:d']);
      expect(await subjects(3, 'caller:d')).toEqual([]);
    });

    it('of grants are of one user, at one address, or unended, all together', async () => {
      const [mira, otto] = [await addUser('mira'), await addUser('otto')];
      const first = await addGrant(mira.id);
      const second = await addGrant(otto.id, { address: elsewhere });
      const third = await addGrant(mira.id, { address: elsewhere });
      await stores.grants.end(first.id, 2000, 'closed', entry('gate-closed'));
      const ids = async (filter: object): Promise<number[]> =>
        (await stores.grants.list({ limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual([third.id, second.id, first.id]);
      expect(await ids({ userId: mira.id })).toEqual([third.id, first.id]);
      expect(await ids({ address: hotel })).toEqual([first.id]);
      expect(await ids({ unended: true })).toEqual([third.id, second.id]);
      expect(await ids({ unended: true, userId: mira.id })).toEqual([third.id]);
      expect(await ids({ unended: true, userId: mira.id, address: hotel })).toEqual([]);
      expect(await ids({ unended: false, limit: 1, before: third.id })).toEqual([second.id]);
    });

    it('of calls are of one user or of one telephone', async () => {
      const mira = await addUser('mira');
      const begin = (callerNumber: string | null) =>
        stores.calls.begin(newCall({ callerNumber }), entry('call-began'));
      const calls = [await begin('1'), await begin('2'), await begin('1'), await begin(null)];
      const [first] = calls;
      await stores.calls.end(first?.id ?? 0, 9, 'opened', mira.id, entry('call-ended'));
      const ids = async (filter: object): Promise<number[]> =>
        (await stores.calls.list({ limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({ callerNumber: '1' })).toEqual([calls[2]?.id, first?.id]);
      expect(await ids({ userId: mira.id })).toEqual([first?.id]);
      expect(await ids({ userId: mira.id, callerNumber: '2' })).toEqual([]);
      expect(await stores.calls.byId(calls[3]?.id ?? 0)).toEqual(calls[3]);
      expect(await stores.calls.byId(99)).toBeUndefined();
    });

    it.each(limits)('have no %d rows', async (limit) => {
      await refused(stores.users.page({ limit }), 'invalid');
      await refused(stores.tokens.page({ limit }), 'invalid');
      await refused(stores.lockouts.page({ limit }), 'invalid');
      await refused(stores.grants.list({ limit, unended: true }), 'invalid');
      await refused(stores.calls.list({ limit, callerNumber: '1' }), 'invalid');
    });
  });

  describe('a user who is removed', () => {
    it('is found by nothing, and keeps the name, the grants and the record', async () => {
      const { users, grants } = stores;
      const { id } = await addUser('mira', 'lookup');
      await users.setSecondFactor(
        id,
        { kind: 'sheet', lookups: ['a'] },
        entry('second-factor-set'),
      );
      const grant = await addGrant(id);
      await users.remove(id, 5, entry('user-removed', { userId: id }));
      expect(await users.byId(id)).toBeUndefined();
      expect(await users.byName('mira')).toBeUndefined();
      expect(await users.byKnockCode('lookup')).toBeUndefined();
      expect(await users.secretsOf(id)).toBeUndefined();
      expect(await users.useSheetCode(id, 'a', entry('code-used'))).toBe(false);
      expect([await users.list(), await users.page({ limit: 9 })]).toEqual([[], []]);
      expect(await users.countEnabled()).toEqual({ all: 0, withSecondFactor: 0 });
      expect(await grants.byId(grant.id)).toMatchObject({ userName: 'mira' });
      await refused(users.remove(id, 6, entry('user-removed')), 'not-found');
      await refused(users.change(id, { disabled: false }, entry('user-enabled')), 'not-found');
      await refused(addUser('mira', 'another'), 'conflict');
      expect(await addUser('otto', 'lookup')).toMatchObject({ name: 'otto' });
      expect(await addUser('anna', `removed ${id + 1}`)).toMatchObject({ name: 'anna' });
    });
  });
}
