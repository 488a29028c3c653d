import { describe, expect, it } from 'vitest';
import { entry, refused, type Bench } from './bench.ts';

export function secondFactorsContract({ stores, addUser, audit }: Bench): void {
  const useStep = (id: number, step: number): Promise<boolean> =>
    stores.users.useTotpStep(id, step, entry('code-used', { userId: id }));
  const useCode = (id: number, lookup: string): Promise<boolean> =>
    stores.users.useSheetCode(id, lookup, entry('code-used', { userId: id }));
  const used = async (): Promise<number> =>
    (await audit()).filter((row) => row.kind === 'code-used').length;

  const withTotp = async (name = 'mira', sealed = 'sealed'): Promise<number> => {
    const { id } = await addUser(name);
    const entryOf = entry('second-factor-set');
    await stores.users.setSecondFactor(id, { kind: 'totp', sealed }, entryOf);
    return id;
  };
  const withSheet = async (name = 'mira', lookups = ['a', 'b', 'c']): Promise<number> => {
    const { id } = await addUser(name);
    const entryOf = entry('second-factor-set');
    await stores.users.setSecondFactor(id, { kind: 'sheet', lookups }, entryOf);
    return id;
  };

  describe('second factors', () => {
    it('replace each other, and nothing of the old one is left', async () => {
      const id = await withTotp();
      expect(await stores.users.byId(id)).toMatchObject({ secondFactor: 'totp', codesLeft: 0 });
      expect(await stores.users.secretsOf(id)).toMatchObject({ totp: 'sealed' });
      expect(await useStep(id, 100)).toBe(true);

      const sheet = { kind: 'sheet', lookups: ['a', 'b'] } as const;
      const changed = await stores.users.setSecondFactor(id, sheet, entry('second-factor-set'));
      expect(changed).toMatchObject({ secondFactor: 'sheet', codesLeft: 2 });
      expect(await stores.users.secretsOf(id)).toMatchObject({ totp: null });
      expect(await useStep(id, 101)).toBe(false);

      const next = { kind: 'sheet', lookups: ['c'] } as const;
      await stores.users.setSecondFactor(id, next, entry('second-factor-set'));
      expect(await useCode(id, 'a')).toBe(false);
      expect(await useCode(id, 'c')).toBe(true);

      const none = await stores.users.setSecondFactor(
        id,
        { kind: 'none' },
        entry('second-factor-removed'),
      );
      expect(none).toMatchObject({ secondFactor: 'none', codesLeft: 0 });
      expect(await stores.users.byId(id)).toEqual(none);
    });

    it('are counted among the enabled users', async () => {
      const count = () => stores.users.countEnabled();
      expect(await count()).toEqual({ all: 0, withSecondFactor: 0 });
      const mira = await withTotp('mira');
      await withSheet('otto');
      await addUser('zora');
      expect(await count()).toEqual({ all: 3, withSecondFactor: 2 });
      await stores.users.change(mira, { disabled: true }, entry('user-disabled'));
      expect(await count()).toEqual({ all: 2, withSecondFactor: 1 });
    });

    it('leave the revision as it is when a code is used', async () => {
      const revision = async (id: number) => (await stores.users.byId(id))?.revision;
      const [mira, otto] = [await withTotp('mira'), await withSheet('otto')];
      const before = [await revision(mira), await revision(otto)];
      expect([await useStep(mira, 100), await useCode(otto, 'a')]).toEqual([true, true]);
      expect([await revision(mira), await revision(otto)]).toEqual(before);
    });

    it('use up a step once, and never an earlier one', async () => {
      const id = await withTotp();
      const tried = [];
      for (const step of [100, 100, 99, 101, 100, 105, 104]) tried.push(await useStep(id, step));
      expect(tried).toEqual([true, false, false, true, false, true, false]);
      expect(await used()).toBe(3);
    });

    it('count the steps of a new secret anew', async () => {
      const id = await withTotp();
      expect(await useStep(id, 100)).toBe(true);
      const anew = { kind: 'totp', sealed: 'another' } as const;
      await stores.users.setSecondFactor(id, anew, entry('second-factor-set'));
      expect(await useStep(id, 100)).toBe(true);
    });

    it('use up each code of the sheet once, and only the user’s own', async () => {
      const [mira, otto] = [await withSheet('mira'), await withSheet('otto', ['x', 'a'])];
      expect(await useCode(mira, 'x')).toBe(false);
      expect(await useCode(mira, 'a')).toBe(true);
      expect(await useCode(mira, 'a')).toBe(false);
      expect(await useCode(otto, 'a')).toBe(true);
      expect(await stores.users.byId(mira)).toMatchObject({ codesLeft: 2 });
      expect(await stores.users.byId(otto)).toMatchObject({ codesLeft: 1 });
      expect((await stores.users.list()).map((user) => user.codesLeft)).toEqual([2, 1]);
      expect(await used()).toBe(2);
    });

    it('let one of many pass who come with the same code at once', async () => {
      const [mira, otto] = [await withTotp('mira'), await withSheet('otto')];
      const tries = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? useStep(mira, 7) : useCode(otto, 'b'))),
      );
      expect(tries.filter(Boolean)).toHaveLength(2);
      expect(await used()).toBe(2);
    });

    it('are nobody’s whom nobody knows', async () => {
      const { id } = await addUser();
      expect(await useStep(id, 1)).toBe(false);
      expect(await useStep(77, 1)).toBe(false);
      expect(await useCode(77, 'a')).toBe(false);
      expect(await used()).toBe(0);
    });

    it('refuse a sheet with the same code twice, and keep what there was', async () => {
      const id = await withTotp();
      const twice = { kind: 'sheet', lookups: ['a', 'a'] } as const;
      await refused(
        stores.users.setSecondFactor(id, twice, entry('second-factor-set')),
        'conflict',
      );
      expect(await stores.users.byId(id)).toMatchObject({ secondFactor: 'totp', codesLeft: 0 });
    });
  });
}
