import { beforeEach, expect, it } from 'vitest';
import { watchGateUse } from '../../src/access/gate-use.ts';
import type { Address } from '../../src/domain/address.ts';
import type { AuditRow } from '../../src/domain/attempt.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { OpenAddress, Stores } from '../../src/domain/ports.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { createClockwork, type Clockwork } from './clockwork.ts';

const hotel = '203.0.113.7' as Address;
const elsewhere = '198.51.100.9' as Address;

let clock: Clockwork;
let stores: Stores;
let packets: Map<Address, number>;
let asked: number;
let logged: string[];
let helper: 'well' | 'away';
let stop: () => Promise<void>;

const start = (): void => {
  stop = watchGateUse({
    grants: stores.grants,
    firewall: {
      list: () => {
        asked += 1;
        if (helper === 'away') return Promise.reject(new Error('nobody answers'));
        return Promise.resolve(
          [...packets].map(([address, count]): OpenAddress => ({
            address,
            services: [
              { service: 'sip', seconds: 60, packets: 0 },
              { service: 'web', seconds: 60, packets: count },
            ],
          })),
        );
      },
    },
    clock: { now: () => clock.now },
    timer: clock.timer,
    log: (message) => void logged.push(message),
  });
};

beforeEach(async () => {
  clock = createClockwork();
  stores = createMemoryStores();
  packets = new Map();
  [asked, logged, helper] = [0, [], 'well'];
  await stores.users.add(
    { ...usualSettings, name: 'mira', createdAt: 1 },
    { knockCodeLookup: 'lookup', pinHash: 'hash' },
    { at: 1, actor: 'cli:local', kind: 'user-created' },
  );
  await stores.calls.begin(
    { callerNumber: '15550123', dialled: '100', attestation: null, callBackOf: null, beganAt: 1 },
    { at: 1, actor: 'system', kind: 'call-began', caller: '15550123' },
  );
  start();
});

const open = (address: Address, callId: number | null = 1): Promise<Grant> => {
  packets.set(address, 0);
  const grant = { userId: 1, address, services: ['web'], callId };
  return stores.grants.add(
    { ...grant, openedAt: clock.now, expiresAt: clock.now + 3_600_000 },
    { at: clock.now, actor: 'system', kind: 'gate-opened', address },
  );
};
const used = async (): Promise<AuditRow[]> =>
  (await stores.audit.list({ limit: 100, kind: 'gate-used' })).toReversed();

it('the first packet is on record once, with its grant, user and call', async () => {
  const grant = await open(hotel);
  await clock.pass(20);
  expect(await used()).toEqual([]);
  packets.set(hotel, 1);
  await clock.pass(5);
  const at = clock.now;
  expect(await used()).toMatchObject([
    {
      at,
      actor: 'system',
      grantId: grant.id,
      userId: 1,
      callId: 1,
      address: hotel,
      caller: '15550123',
    },
  ]);
  expect(await stores.grants.byId(grant.id)).toMatchObject({ firstPacketAt: at });
  packets.set(hotel, 9);
  await clock.pass(60);
  expect(await used()).toHaveLength(1);
});

it('is told for each grant behind an address, and for none beside it', async () => {
  const first = await open(hotel);
  const second = await open(hotel, null);
  await open(elsewhere);
  packets.set(hotel, 3);
  await clock.pass(5);
  expect((await used()).map(({ grantId }) => grantId)).toEqual([first.id, second.id]);
});

it('is told once across a restart', async () => {
  await open(hotel);
  packets.set(hotel, 1);
  await clock.pass(5);
  await stop();
  start();
  await clock.pass(30);
  expect(await used()).toHaveLength(1);
});

it('of a grant that has ended nothing is told', async () => {
  const closed = await open(hotel);
  await stores.grants.end(closed.id, clock.now, 'closed', {
    at: clock.now,
    actor: 'system',
    kind: 'gate-closed',
  });
  const { id } = await open(elsewhere);
  packets.set(hotel, 5);
  // time has ended it, and the record does not say so yet
  await clock.pass(3600);
  packets.set(elsewhere, 5);
  await clock.pass(30);
  expect(await used()).toEqual([]);
  expect(await stores.grants.byId(id)).toMatchObject({ firstPacketAt: null });
});

it('the kernel is asked only while somebody has not arrived', async () => {
  await clock.pass(60);
  expect(asked).toBe(0);
  await open(hotel);
  packets.set(hotel, 1);
  await clock.pass(60);
  expect(asked).toBe(1);
});

it('goes on while the helper is away, says so once, and when it is back', async () => {
  await open(hotel);
  packets.set(hotel, 1);
  helper = 'away';
  await clock.pass(30);
  expect([asked, logged.length]).toEqual([6, 1]);
  helper = 'well';
  await clock.pass(5);
  expect(await used()).toHaveLength(1);
  expect(logged).toHaveLength(2);
});

it('looks no more when it is stopped, and writes nothing after that', async () => {
  await open(hotel);
  packets.set(hotel, 1);
  await stop();
  await clock.pass(60);
  expect([asked, await used()]).toEqual([0, []]);
});
