import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGate, type Gate } from '../../src/access/gate.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress, parseNetwork } from '../../src/domain/address.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const here = parseAddress('203.0.113.7')!;
const there = parseAddress('203.0.113.8')!;
const away = new AccessError('firewall-unavailable', 'away');
const full = new AccessError('store-failed', 'full');

let now = 1e12;
let stores = createMemoryStores();
let firewall: DryRunFirewall;
let gate: Gate;

beforeEach(async () => {
  now = 1e12;
  stores = createMemoryStores();
  firewall = new DryRunFirewall(
    { services: ['web'], longest: 86_400, mostAddresses: 100, networks: true },
    { now: () => now },
    () => undefined,
  );
  gate = createGate({
    stores,
    firewall,
    clock: { now: () => now },
    steady: () => now,
    rules: {
      services: ['web'],
      openFor: 3600,
      longest: 7200,
      mostOpen: 2,
      addresses: () => ({ own: [], alsoAllowed: [parseNetwork('203.0.113.0/24')!] }),
    },
  });
  for (const name of ['one', 'two']) {
    await stores.users.add(
      { ...usualSettings, name, createdAt: now },
      { knockCodeLookup: name, pinHash: 'x' },
      { at: now, actor: 'system', kind: 'user-created' },
    );
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const open = (userId: number, address = here) => gate.open({ userId, address, by: 'system' });
const addressesIn = async () => (await firewall.list()).map((o) => o.address).sort();
const reconcile = async () => firewall.sync(await gate.desired());
const ends = async () => (await stores.grants.list({ limit: 9 })).map(({ end }) => end).reverse();

test('a closing that was put on record later by another way is not tried for ever', async () => {
  const grant = await open(1);
  const end = vi.spyOn(stores.grants, 'end').mockRejectedValueOnce(full);
  await expect(gate.close(grant.id, 'system')).rejects.toThrow('full');
  await gate.close(grant.id, 'system');
  await gate.desired();
  end.mockClear();
  await gate.desired();
  expect(end).not.toHaveBeenCalled();
});

test('nor one of a grant that was removed from the record meanwhile', async () => {
  const grant = await open(1);
  const end = vi.spyOn(stores.grants, 'end').mockRejectedValueOnce(full);
  await expect(gate.close(grant.id, 'system')).rejects.toThrow('full');
  end.mockRejectedValueOnce(new AccessError('not-found', 'There is no such grant.'));
  await gate.desired();
  end.mockClear();
  await gate.desired();
  expect(end).not.toHaveBeenCalled();
});

describe('while the record cannot be read', () => {
  const blind = () =>
    (['byId', 'unendedOf'] as const).forEach((read) =>
      vi.spyOn(stores.grants, read).mockRejectedValue(full),
    );

  test('a closing is remembered, and done as soon as the list can be read', async () => {
    const grant = await open(1);
    await open(2, there);
    blind();
    await expect(gate.close(grant.id, 'system')).rejects.toMatchObject({ code: 'store-failed' });
    await reconcile();
    expect(await addressesIn()).toEqual([there]);
    vi.restoreAllMocks();
    now += 60_000;
    await reconcile();
    expect(await ends()).toEqual(['closed', null]);
    // ended when it was asked for
    expect((await stores.grants.byId(grant.id))?.endedAt).toBe(now - 60_000);
  });

  test('so is that of all that a user has, or of one of their addresses', async () => {
    await open(1);
    await open(1, there);
    await open(2, there);
    blind();
    await expect(gate.closeAllOf(1, 'system', there)).rejects.toThrow('full');
    expect((await gate.desired()).map((o) => o.address)).toEqual([here, there]);
    await expect(gate.closeAllOf(1, 'system')).rejects.toThrow('full');
    await reconcile();
    expect(await addressesIn()).toEqual([there]);
    vi.restoreAllMocks();
    await reconcile();
    expect(await ends()).toEqual(['closed', 'closed', null]);
  });

  test('what the user opens afterwards is not meant', async () => {
    await open(1);
    blind();
    await expect(gate.closeAllOf(1, 'system')).rejects.toThrow('full');
    vi.restoreAllMocks();
    now += 1000;
    const later = await open(1, there);
    await reconcile();
    expect(await addressesIn()).toEqual([there]);
    expect((await gate.openOf(1)).map(({ id }) => id)).toEqual([later.id]);
  });

  test('what there is no grant of is forgotten when the record says so', async () => {
    blind();
    await expect(gate.close(99, 'system')).rejects.toThrow('full');
    vi.restoreAllMocks();
    await gate.desired();
    const byId = vi.spyOn(stores.grants, 'byId');
    await gate.desired();
    expect(byId).not.toHaveBeenCalled();
  });
});

describe('closing all that a user has', () => {
  test('fails by what is not shut, not by what had ended already', async () => {
    await open(1);
    await open(1, there);
    vi.spyOn(stores.grants, 'end').mockRejectedValueOnce(new AccessError('conflict', 'expired'));
    vi.spyOn(firewall, 'close').mockRejectedValueOnce(away);
    await expect(gate.closeAllOf(1, 'system')).rejects.toMatchObject({
      code: 'firewall-unavailable',
    });
  });

  test('is done where the rest had ended already', async () => {
    await open(1);
    await open(1, there);
    vi.spyOn(stores.grants, 'end').mockRejectedValueOnce(new AccessError('conflict', 'expired'));
    await gate.closeAllOf(1, 'system');
    expect(await ends()).toEqual([null, 'closed']);
  });

  test('at one address leaves the others, and other users’', async () => {
    await open(1);
    await open(1, there);
    await open(2);
    await gate.closeAllOf(1, 'system', here);
    expect(await ends()).toEqual(['closed', null, null]);
    expect(await addressesIn()).toEqual([here, there]);
  });
});
