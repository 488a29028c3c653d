import { expect, it } from 'vitest';
import { entry, newCall, newUser, number, refused, unwritable, type Bench } from './bench.ts';

export function transactionsContract({ stores, addUser, wanted, addGrant, audit }: Bench): void {
  it('makes no change whose entry cannot be written', async () => {
    const user = await addUser();
    const grant = await addGrant(user.id);
    const call = await stores.calls.begin(newCall(), entry('call-began'));
    const token = await stores.tokens.add(
      { name: 'ops', role: 'admin', createdAt: 1, expiresAt: null },
      'hash',
      entry('token-created'),
    );
    const sheet = { kind: 'sheet', lookups: ['code 1', 'code 2'] } as const;
    await stores.users.setSecondFactor(user.id, sheet, entry('second-factor-set'));
    const everything = async (): Promise<unknown> => [
      await stores.users.list(),
      await stores.users.byKnockCode('lookup of mira'),
      await stores.grants.list({ limit: 10 }),
      await stores.calls.list({ limit: 10 }),
      await stores.tokens.list(),
      await audit(),
    ];
    const before = await everything();
    const { users, grants, calls, tokens } = stores;
    const bad = unwritable('gate-opened');
    const changes = [
      () => users.add(newUser('otto'), { knockCodeLookup: 'x', pinHash: 'y' }, bad),
      () => users.change(user.id, { disabled: true, numbers: [number('15550199')] }, bad),
      () => users.setPin(user.id, 'new', bad),
      () => users.setKnockCode(user.id, 'new', bad),
      () => users.setSecondFactor(user.id, { kind: 'none' }, bad),
      () => users.useSheetCode(user.id, 'code 1', bad),
      () => grants.add(wanted(user.id), bad),
      () => grants.end(grant.id, 5, 'closed', bad),
      () => grants.end(grant.id, 5, 'expired', bad),
      () => calls.begin(newCall(), bad),
      () => calls.end(call.id, 5, 'failed', null, bad),
      () =>
        tokens.add({ name: 'more', role: 'admin', createdAt: 1, expiresAt: null }, 'hash2', bad),
      () => tokens.revoke(token.id, 5, bad),
    ];
    for (const change of changes) await refused(change(), 'store-failed');
    expect(await everything()).toEqual(before);
  });

  it('takes many calls at once and loses none', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `user${i % 25}`);
    const made = await Promise.allSettled(names.map((n) => addUser(n)));
    expect(made.filter((result) => result.status === 'fulfilled')).toHaveLength(25);
    const { id: userId } = await addUser('mira');
    const grant = await addGrant(userId);
    const ends = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        stores.grants.end(grant.id, 5, 'closed', entry('gate-closed')),
      ),
    );
    expect(ends.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    await Promise.all(Array.from({ length: 200 }, () => stores.audit.append(entry('gate-healed'))));
    const seqs = (await audit()).map((row) => row.seq);
    expect(seqs).toEqual(Array.from({ length: 228 }, (_, i) => 228 - i));
  });

  it('refuses work after it was closed', async () => {
    stores.close();
    await refused(stores.users.list(), 'store-failed');
    await refused(addUser(), 'store-failed');
    await refused(stores.users.setPin(1, 'x', entry('pin-reset')), 'store-failed');
  });
}
