import { beforeEach, expect, test, vi } from 'vitest';
import { createGate, type Gate } from '../../src/access/gate.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress, parseNetwork } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const here = parseAddress('203.0.113.7')!;
const there = parseAddress('203.0.113.8')!;

let now = 1e12;
let steady = 0;
let stores = createMemoryStores();
let firewall: DryRunFirewall;
/** That the helper knows; it may be another configuration at its next start. */
let known: string[] = [];
let gate: Gate;
let confirmed: number[] = [];

beforeEach(async () => {
  now = 1e12;
  steady = 0;
  confirmed = [];
  stores = createMemoryStores();
  known = ['web', 'sip'];
  firewall = new DryRunFirewall(
    { services: known, longest: 86_400, mostAddresses: 100, networks: true },
    { now: () => now },
    () => undefined,
  );
  gate = createGate({
    stores,
    firewall,
    clock: { now: () => now },
    steady: () => steady,
    confirmed: (milliseconds) => confirmed.push(milliseconds),
    rules: {
      services: ['web'],
      openFor: 3600,
      longest: 7200,
      mostOpen: 2,
      addresses: () => ({ own: [], alsoAllowed: [parseNetwork('203.0.113.0/24')!] }),
    },
  });
  for (const [name, services] of [
    ['one', []],
    ['two', ['web', 'sip']],
  ] as const) {
    await stores.users.add(
      { ...usualSettings, name, services, createdAt: now },
      { knockCodeLookup: name, pinHash: 'x' },
      { at: now, actor: 'system', kind: 'user-created' },
    );
  }
});

const open = (userId: number, address = here, seconds?: number) =>
  gate.open({ userId, address, seconds, by: 'system' });
const onRecord = (kind: AuditEntry['kind']): AuditEntry => ({ at: now, actor: 'system', kind });
const letIn = async () =>
  (await firewall.list()).map((o) => [
    o.address,
    o.services
      .map((s) => s.service)
      .sort()
      .join(' '),
  ]);
const addressesIn = async () => (await firewall.list()).map((o) => String(o.address)).sort();
const kinds = async () => (await stores.audit.list({ limit: 100 })).map((r) => r.kind);

test('two users behind one address: it goes when the last of them ends', async () => {
  const first = await open(1);
  const second = await open(2);
  expect(await letIn()).toEqual([[here, 'sip web']]);
  await gate.close(second.id, 'system');
  expect(await letIn()).toEqual([[here, 'web']]);
  await gate.close(first.id, 'system');
  expect(await letIn()).toEqual([]);
});

test('a service that the helper no longer knows keeps out nobody but who asks for it', async () => {
  const first = await open(2);
  known.pop();
  const own = await open(1);
  expect(await letIn()).toEqual([[here, 'web']]);
  await expect(open(2, there)).rejects.toMatchObject({
    code: 'firewall-refused',
    message: expect.stringContaining('There is no service "sip"') as string,
  });
  await firewall.sync(await gate.desired());
  expect(await letIn()).toEqual([[here, 'web']]);
  // what is left after a closing is confirmed, too
  await gate.close(own.id, 'system');
  expect(await letIn()).toEqual([[here, 'web']]);
  await gate.close(first.id, 'system');
  expect(await letIn()).toEqual([]);
});

test('where nothing is left of it that the helper knows, the address is closed', async () => {
  await stores.users.change(2, { services: ['sip'] }, onRecord('user-changed'));
  await open(2);
  const own = await open(1);
  known.pop();
  await gate.close(own.id, 'system');
  expect(await letIn()).toEqual([]);
});

test('a refusal for another reason is told as it is', async () => {
  await open(2);
  const refused = new AccessError('firewall-refused', 'The kernel said no.');
  vi.spyOn(firewall, 'open').mockRejectedValueOnce(refused);
  await expect(open(1)).rejects.toBe(refused);
  known.pop();
  vi.spyOn(firewall, 'limits').mockRejectedValueOnce(
    new AccessError('firewall-unavailable', 'away'),
  );
  await expect(open(1)).rejects.toMatchObject({ code: 'firewall-refused' });
});

test('closing the longer grant shortens the address to the one that is left', async () => {
  await open(1, here, 600);
  const longer = await open(2, here, 7200);
  await gate.close(longer.id, 'system');
  const [left] = await firewall.list();
  expect(left?.services[0]?.seconds).toBeLessThanOrEqual(600);
});

test('opening the same address again renews it, and counts once', async () => {
  const first = await open(1, here, 600);
  now += 60_000;
  const second = await open(1, here, 7200);
  expect(await stores.grants.byId(first.id)).toMatchObject({ end: 'renewed' });
  expect(await stores.grants.byId(second.id)).toMatchObject({ end: null });
  expect((await firewall.list())[0]?.services[0]?.seconds).toBeGreaterThan(7000);
  expect(await kinds()).toContain('gate-renewed');
});

test('no user opens more addresses than allowed, not even at once', async () => {
  const results = await Promise.allSettled(
    [1, 2, 3, 4, 5].map((n) => open(1, parseAddress(`203.0.113.${n}`))),
  );
  expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(2);
  const refused = results.find((r) => r.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'too-many-open' });
  expect(await letIn()).toHaveLength(2);
});

test('what the kernel does not confirm is not on record', async () => {
  vi.spyOn(firewall, 'open').mockRejectedValueOnce(new AccessError('firewall-unavailable', 'away'));
  await expect(open(1)).rejects.toMatchObject({ code: 'firewall-unavailable' });
  expect(await stores.grants.list({ limit: 9 })).toEqual([]);
  expect(await kinds()).toContain('gate-failed');
});

test('how long the kernel took is told of what it has confirmed, the wait for others included', async () => {
  const { open: really } = firewall;
  vi.spyOn(firewall, 'open').mockImplementation(async (opening) => {
    steady += 20;
    await really.call(firewall, opening);
  });
  await Promise.all([open(1), open(2)]);
  expect(confirmed).toEqual([20, 40]);
  vi.spyOn(firewall, 'open').mockRejectedValueOnce(new AccessError('firewall-unavailable', 'away'));
  await expect(open(1, there)).rejects.toThrow();
  expect(confirmed).toHaveLength(2);
});

test('what cannot be put on record does not stay open', async () => {
  vi.spyOn(stores.grants, 'add').mockRejectedValueOnce(new AccessError('store-failed', 'full'));
  await expect(open(1)).rejects.toMatchObject({ code: 'store-failed' });
  expect(await letIn()).toEqual([]);
});

test('an older grant survives a newer one that could not be recorded', async () => {
  await open(2);
  vi.spyOn(stores.grants, 'add').mockRejectedValueOnce(new AccessError('store-failed', 'full'));
  await expect(open(1)).rejects.toMatchObject({ code: 'store-failed' });
  expect(await letIn()).toEqual([[here, 'sip web']]);
});

test('a close that the helper does not confirm stays on record and is made good by the reconciler', async () => {
  const grant = await open(1);
  vi.spyOn(firewall, 'close').mockRejectedValueOnce(
    new AccessError('firewall-unavailable', 'away'),
  );
  await expect(gate.close(grant.id, 'system')).rejects.toMatchObject({
    code: 'firewall-unavailable',
  });
  expect(await gate.desired()).toEqual([]);
  await expect(gate.close(grant.id, 'system')).rejects.toMatchObject({ code: 'conflict' });
});

test('a user disabled while an opening is under way has nothing open afterwards', async () => {
  const opening = open(1).catch(() => undefined);
  await stores.users.change(
    1,
    { disabled: true },
    { at: now, actor: 'system', kind: 'user-disabled' },
  );
  await gate.closeAllOf(1, 'system');
  await opening;
  expect(await letIn()).toEqual([]);
  await expect(open(1)).rejects.toMatchObject({ code: 'user-disabled' });
});

test('time ends grants, once, on record and in what is desired', async () => {
  await open(1, here, 60);
  await open(1, there, 600);
  now += 61_000;
  expect((await gate.desired()).map((o) => o.address)).toEqual([there]);
  await gate.desired();
  expect((await kinds()).filter((kind) => kind === 'gate-expired')).toHaveLength(1);
});

test('a clock set back closes rather than lengthens', async () => {
  await open(1, here, 3600);
  now -= 86_400_000;
  expect(await gate.desired()).toEqual([]);
  const [row] = await stores.audit.list({ limit: 1, kind: 'gate-expired' });
  expect(row?.detail).toEqual({ reason: 'clock-set-back' });
});

test.each([
  [{ userId: 9 }, 'not-found'],
  [{ seconds: 0 }, 'invalid'],
  [{ seconds: 1 }, 'invalid'],
  [{ seconds: 7201 }, 'invalid'],
  [{ seconds: Number.NaN }, 'invalid'],
  [{ address: parseAddress('10.0.0.1')! }, 'address-refused'],
])('%o is refused as %s, and nothing is opened', async (over, code) => {
  const request = { userId: 1, address: here, by: 'system' as const, ...over };
  await expect(gate.open(request)).rejects.toMatchObject({ code });
  expect(await letIn()).toEqual([]);
  expect(await kinds()).toContain('gate-failed');
});

test('a grant that is over before the kernel could have it is not put on record', async () => {
  const { unendedAt } = stores.grants;
  const slowly = vi.spyOn(stores.grants, 'unendedAt').mockImplementation((address) => {
    now += 1001;
    return unendedAt(address);
  });
  await expect(open(1, here, 2)).rejects.toMatchObject({ code: 'invalid' });
  expect(await stores.grants.list({ limit: 9 })).toEqual([]);
  expect(await kinds()).toContain('gate-failed');
  slowly.mockRestore();
  await open(1, here, 2);
  expect(await letIn()).toEqual([[here, 'web']]);
});

test('a renewal to a shorter time is shorter in the kernel, too', async () => {
  await open(1, here, 7200);
  await open(1, here, 60);
  expect((await firewall.list())[0]?.services[0]?.seconds).toBeLessThanOrEqual(60);
  expect(await stores.grants.unended()).toHaveLength(1);
});

test('a user whose disabling was cut off by a crash has nothing open after the next start', async () => {
  await open(1);
  await stores.users.change(
    1,
    { disabled: true },
    { at: now, actor: 'system', kind: 'user-disabled' },
  );
  expect(await gate.desired()).toEqual([]);
  expect(await stores.grants.unended()).toEqual([]);
});

test('a close that cannot be put on record shuts the gate, keeps it shut, and is recorded later', async () => {
  const grant = await open(1);
  vi.spyOn(stores.grants, 'end').mockRejectedValue(new AccessError('store-failed', 'full'));
  await expect(gate.close(grant.id, 'system')).rejects.toMatchObject({ code: 'store-failed' });
  expect(await letIn()).toEqual([]);
  expect(await gate.desired()).toEqual([]);
  vi.restoreAllMocks();
  expect(await gate.desired()).toEqual([]);
  expect(await stores.grants.byId(grant.id)).toMatchObject({ end: 'closed' });
});

test('an expiry that cannot be put on record keeps nobody in and nothing from healing', async () => {
  await open(1, here, 60);
  await open(1, there, 600);
  now += 61_000;
  vi.spyOn(stores.grants, 'end').mockRejectedValue(new AccessError('store-failed', 'full'));
  expect((await gate.desired()).map((o) => o.address)).toEqual([there]);
  vi.restoreAllMocks();
});

test('a clock set back by less than the time since opening gives nobody more, and ends on time', async () => {
  await open(1, here, 7200);
  now += 3_600_000;
  steady += 3_600_000;
  await gate.desired();
  now -= 1_800_000;
  const [left] = await gate.desired();
  expect(left?.services[0]?.seconds).toBe(3600);
  now += 3_600_000;
  steady += 3_600_000;
  expect(await gate.desired()).toEqual([]);
  const [row] = await stores.audit.list({ limit: 1, kind: 'gate-expired' });
  expect(row?.detail).toEqual({ reason: 'clock-set-back' });
});

test('what a user has open is told oldest first, without what is over or somebody else’s', async () => {
  const first = await open(1, here, 60);
  await open(2, here);
  const second = await open(1, there, 600);
  expect((await gate.openOf(1)).map((g) => g.id)).toEqual([first.id, second.id]);
  now += 61_000;
  steady += 61_000;
  expect((await gate.openOf(1)).map((g) => g.id)).toEqual([second.id]);
  expect(await gate.openOf(3)).toEqual([]);
});

test.each([
  ['the PIN is reset', () => stores.users.setPin(1, 'y', onRecord('pin-reset'))],
  [
    'a setting is changed',
    () => stores.users.change(1, { language: 'de' }, onRecord('user-changed')),
  ],
  [
    'the second factor is taken away',
    () => stores.users.setSecondFactor(1, { kind: 'none' }, onRecord('second-factor-removed')),
  ],
])('when %s after the caller was recognised, nothing is opened', async (_what, change) => {
  const { revision } = (await stores.users.byId(1))!;
  const asked = { userId: 1, address: here, by: 'call:7' } as const;
  await change();
  await expect(gate.open({ ...asked, revision })).rejects.toMatchObject({
    code: 'user-changed',
    message: expect.stringContaining('call again') as string,
  });
  expect(await letIn()).toEqual([]);
  expect(await stores.grants.list({ limit: 9 })).toEqual([]);
  const [row] = await stores.audit.list({ limit: 1 });
  expect(row).toMatchObject({ kind: 'gate-failed', detail: { reason: 'user-changed' } });
  // somebody who is recognised now is the one who was meant
  await gate.open({ ...asked, revision: revision + 1 });
  expect(await addressesIn()).toEqual([here]);
});

test('a change that comes while the opening waits for its turn is seen', async () => {
  let letGo: () => void = () => undefined;
  const earlier = gate.exclusively(() => new Promise<void>((resolve) => (letGo = resolve)));
  const opening = gate.open({ userId: 1, address: here, revision: 0, by: 'call:7' });
  await stores.users.setPin(1, 'y', onRecord('pin-reset'));
  letGo();
  await earlier;
  await expect(opening).rejects.toMatchObject({ code: 'user-changed' });
  expect(await letIn()).toEqual([]);
});

test('a grant is extended while it is open', async () => {
  const first = await open(1, here, 600);
  now += 60_000;
  const longer = await gate.open({ userId: 1, address: here, extends: first.id, by: 'call:7' });
  expect(longer.expiresAt).toBe(now + 3_600_000);
  expect(await stores.grants.byId(first.id)).toMatchObject({ end: 'renewed' });
});

test.each([
  ['has been closed', () => gate.close(1, 'system')],
  ['is over', () => Promise.resolve((now += 600_000))],
])('a grant that %s is not extended', async (_how, end) => {
  const grant = await open(1, here, 600);
  await end();
  const extending = gate.open({ userId: 1, address: here, extends: grant.id, by: 'call:7' });
  await expect(extending).rejects.toMatchObject({ code: 'conflict' });
  expect(await gate.openOf(1)).toEqual([]);
  expect(await gate.desired()).toEqual([]);
});

test('an extension that waits behind a close comes too late', async () => {
  const grant = await open(1, here, 600);
  const closing = gate.close(grant.id, 'token:1');
  const extending = gate.open({ userId: 1, address: here, extends: grant.id, by: 'call:7' });
  await closing;
  await expect(extending).rejects.toMatchObject({ code: 'conflict' });
  expect(await letIn()).toEqual([]);
});

test('nobody extends what is somebody else’s, or is open at another address', async () => {
  const others = await open(2, here);
  const own = await open(1, there);
  for (const grant of [others, own]) {
    const extending = gate.open({ userId: 1, address: here, extends: grant.id, by: 'call:7' });
    await expect(extending).rejects.toMatchObject({ code: 'conflict' });
  }
  expect((await gate.openOf(1)).map(({ id }) => id)).toEqual([own.id]);
});

test('at the cap a grant may take the place of another, which is closed', async () => {
  const third = parseAddress('203.0.113.9')!;
  const [first] = [await open(1), await open(1, there)];
  const user = (await stores.users.byId(1))!;
  expect(await gate.hasRoomFor(user, third)).toBe(false);
  expect(await gate.hasRoomFor(user, third, first.id)).toBe(true);
  await expect(open(1, third)).rejects.toMatchObject({ code: 'too-many-open' });
  const opened = await gate.open({
    userId: 1,
    address: third,
    replaces: first.id,
    by: 'call:7',
  });
  expect((await gate.openOf(1)).map((g) => g.address)).toEqual([there, opened.address]);
  expect(await addressesIn()).toEqual([there, third]);
  expect(await stores.grants.byId(first.id)).toMatchObject({ end: 'closed' });
  const [row] = await stores.audit.list({ kind: 'gate-closed', limit: 1 });
  expect(row).toMatchObject({ grantId: first.id, actor: 'call:7' });
});

test('no grant takes the place of somebody else’s, nor makes room twice', async () => {
  const others = await open(2);
  await open(1);
  const second = await open(1, there);
  const third = parseAddress('203.0.113.9')!;
  const fourth = parseAddress('203.0.113.10')!;
  const replacing = (replaces: number, address: typeof third) =>
    gate.open({ userId: 1, address, replaces, by: 'system' });
  await expect(replacing(others.id, third)).rejects.toMatchObject({ code: 'not-found' });
  await expect(replacing(99, third)).rejects.toMatchObject({ code: 'not-found' });
  const both = await Promise.allSettled([
    replacing(second.id, third),
    replacing(second.id, fourth),
  ]);
  expect(both.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
  expect(await gate.openOf(1)).toHaveLength(2);
  expect(await stores.grants.byId(others.id)).toMatchObject({ end: null });
});

test('when the new grant fails, the one it was to replace stays open', async () => {
  const [first] = [await open(1), await open(1, there)];
  vi.spyOn(firewall, 'open').mockRejectedValueOnce(new AccessError('firewall-unavailable', 'away'));
  const address = parseAddress('203.0.113.9')!;
  await expect(
    gate.open({ userId: 1, address, replaces: first.id, by: 'system' }),
  ).rejects.toMatchObject({ code: 'firewall-unavailable' });
  expect((await gate.openOf(1)).map((g) => g.address)).toEqual([here, there]);
});

test('what a new grant replaces is shut even when that cannot be put on record', async () => {
  const [first] = [await open(1), await open(1, there)];
  vi.spyOn(stores.grants, 'end').mockRejectedValueOnce(new AccessError('store-failed', 'full'));
  const address = parseAddress('203.0.113.9')!;
  const opened = await gate.open({ userId: 1, address, replaces: first.id, by: 'system' });
  expect(await addressesIn()).toEqual([there, address]);
  expect((await gate.openOf(1)).map((g) => g.id)).not.toContain(first.id);
  await gate.desired();
  expect(await stores.grants.byId(first.id)).toMatchObject({ end: 'closed' });
  expect(opened.end).toBeNull();
});

test('IPv6 hosts and their networks are opened, counted and closed like any address', async () => {
  const host = parseAddress('2001:db8::7')!;
  const network = parseAddress('2001:db8:0:1::/64')!;
  const sixes = createGate({
    stores,
    firewall,
    clock: { now: () => now },
    steady: () => steady,
    rules: {
      services: ['web'],
      openFor: 3600,
      longest: 7200,
      mostOpen: 2,
      addresses: () => ({ own: [], alsoAllowed: [parseNetwork('2001:db8::/32')!] }),
    },
  });
  const first = await sixes.open({ userId: 1, address: host, by: 'system' });
  await sixes.open({ userId: 1, address: network, by: 'system' });
  expect(await addressesIn()).toEqual([network, host]);
  const user = (await stores.users.byId(1))!;
  expect(await sixes.hasRoomFor(user, here)).toBe(false);
  await sixes.close(first.id, 'system');
  expect(await letIn()).toEqual([[network, 'web']]);
});
