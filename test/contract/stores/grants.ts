import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../src/domain/grant.ts';
import {
  address,
  elsewhere,
  entry,
  hotel,
  newCall,
  refused,
  unwritable,
  type Bench,
} from './bench.ts';

const ids = (grants: Grant[]): number[] => grants.map((grant) => grant.id);

export function grantsContract({ stores, addUser, addGrant, audit }: Bench): void {
  describe('grants', () => {
    it('gives back what was added, with the name of its user', async () => {
      const { id: userId } = await addUser();
      const call = await stores.calls.begin(newCall(), entry('call-began'));
      const grant = await addGrant(userId, { callId: call.id, services: ['web', 'sip'] });
      expect(grant).toEqual({
        id: grant.id,
        userId,
        userName: 'mira',
        address: hotel,
        services: ['web', 'sip'],
        openedAt: 1000,
        expiresAt: 9000,
        callId: call.id,
        firstPacketAt: null,
        endedAt: null,
        end: null,
      });
      expect(await stores.grants.byId(grant.id)).toEqual(grant);
      expect((await audit())[0]).toMatchObject({ kind: 'gate-opened', grantId: grant.id });
    });

    it('knows which are unended: all, at an address, of a user', async () => {
      const mira = await addUser('mira');
      const otto = await addUser('otto');
      const first = await addGrant(mira.id);
      const second = await addGrant(otto.id);
      const third = await addGrant(mira.id, { address: elsewhere });
      const ended = await addGrant(mira.id);
      await stores.grants.end(ended.id, 2000, 'closed', entry('gate-closed'));
      expect(ids(await stores.grants.unended())).toEqual([first.id, second.id, third.id]);
      expect(ids(await stores.grants.unendedAt(hotel))).toEqual([first.id, second.id]);
      expect(ids(await stores.grants.unendedOf(mira.id))).toEqual([first.id, third.id]);
      expect(await stores.grants.unendedAt(address('192.0.2.1'))).toEqual([]);
      expect(await stores.grants.unendedOf(99)).toEqual([]);
    });

    it.each(['expired', 'closed', 'renewed'] as const)('ends once: %s', async (how) => {
      const { id: userId } = await addUser();
      const { id } = await addGrant(userId);
      await stores.grants.end(id, 2000, how, entry('gate-closed'));
      expect(await stores.grants.byId(id)).toMatchObject({ endedAt: 2000, end: how });
      const before = await audit();
      await refused(stores.grants.end(id, 3000, 'closed', entry('gate-closed')), 'conflict');
      expect(await stores.grants.byId(id)).toMatchObject({ endedAt: 2000, end: how });
      expect(await audit()).toEqual(before);
    });

    it('notes the first packet once, and not after the end', async () => {
      const { id: userId } = await addUser();
      const first = await addGrant(userId);
      const second = await addGrant(userId, { address: elsewhere });
      const used = entry('gate-used', { address: hotel });
      expect(ids(await stores.grants.unused())).toEqual([first.id, second.id]);
      expect(await stores.grants.use(first.id, 1500.7, used)).toBe(true);
      expect(await stores.grants.use(first.id, 1600, used)).toBe(false);
      expect((await audit())[0]).toMatchObject({ kind: 'gate-used', grantId: first.id });
      expect(await stores.grants.byId(first.id)).toMatchObject({ firstPacketAt: 1500, end: null });
      expect(ids(await stores.grants.unused())).toEqual([second.id]);
      await stores.grants.end(second.id, 2000, 'closed', entry('gate-closed'));
      const before = await audit();
      expect(await stores.grants.use(second.id, 2500, used)).toBe(false);
      expect(await stores.grants.use(99, 2500, used)).toBe(false);
      expect(await stores.grants.unused()).toEqual([]);
      expect(await audit()).toEqual(before);
      const third = await addGrant(userId);
      await refused(stores.grants.use(third.id, 1, unwritable('gate-used')), 'store-failed');
      expect(ids(await stores.grants.unused())).toEqual([third.id]);
      await stores.grants.end(first.id, 3000, 'expired', entry('gate-expired'));
      expect(await stores.grants.byId(first.id)).toMatchObject({ firstPacketAt: 1500 });
    });

    it('ends what a new grant renews together with adding it, or not at all', async () => {
      const { id: userId } = await addUser();
      const old = await addGrant(userId);
      const ended = await addGrant(userId);
      await stores.grants.end(ended.id, 1500, 'closed', entry('gate-closed'));
      const next = {
        userId,
        address: hotel,
        services: ['web'],
        openedAt: 2000,
        expiresAt: 9000,
        callId: null,
      };
      const renews = [old, ended].map(({ id }) => ({ id, entry: entry('gate-renewed') }));
      const before = await audit();
      await refused(
        stores.grants.add({ ...next, userId: 99 }, entry('gate-opened'), renews),
        'not-found',
      );
      expect(await audit()).toEqual(before);
      expect((await stores.grants.byId(old.id))?.end).toBeNull();

      const grant = await stores.grants.add(next, entry('gate-opened'), renews);
      expect(await stores.grants.byId(old.id)).toMatchObject({ end: 'renewed', endedAt: 2000 });
      expect(await stores.grants.byId(ended.id)).toMatchObject({ end: 'closed', endedAt: 1500 });
      expect((await audit()).slice(0, 2)).toMatchObject([
        { kind: 'gate-renewed', grantId: old.id },
        { kind: 'gate-opened', grantId: grant.id },
      ]);
    });

    it('refuses unknown grants, users and calls, and writes nothing', async () => {
      const { id: userId } = await addUser();
      const before = await audit();
      await refused(stores.grants.end(1, 1, 'closed', entry('gate-closed')), 'not-found');
      await refused(addGrant(userId + 1), 'not-found');
      await refused(addGrant(userId, { callId: 5 }), 'not-found');
      await refused(addGrant(userId, { expiresAt: 999 }), 'invalid');
      expect(await stores.grants.byId(1)).toBeUndefined();
      expect(await stores.grants.unended()).toEqual([]);
      expect(await audit()).toEqual(before);
    });

    it('rounds times down to the millisecond, so that nothing lasts longer', async () => {
      const { id: userId } = await addUser();
      const grant = await addGrant(userId, { openedAt: 1000.9, expiresAt: 9000.9 });
      expect(grant).toMatchObject({ openedAt: 1000, expiresAt: 9000 });
      await refused(addGrant(userId, { expiresAt: Number.NaN }), 'invalid');
      await refused(addGrant(userId, { expiresAt: Infinity }), 'invalid');
      const far = await addGrant(userId, { expiresAt: 4_102_444_800_000 });
      expect(far.expiresAt).toBe(4_102_444_800_000);
    });
  });
}
