import { beforeEach, expect, test } from 'vitest';
import { createLockouts, type Lockout, type Lockouts } from '../../src/access/lockouts.ts';
import {
  code,
  createDoor,
  knockCode,
  numberOf,
  quickSecrets,
  usualRules,
  wrong,
  type Door,
} from './door.ts';

let door: Door;
let lockouts: Lockouts;

beforeEach(async () => {
  door = createDoor({ secrets: quickSecrets });
  await door.addUser('traveller', code, { numbers: [numberOf('5550123')] });
  await door.addUser('eleventh', knockCode('1*2*3'));
  lockouts = createLockouts({
    stores: door.stores,
    clock: { now: () => door.now },
    rules: usualRules,
  });
});

const held = async (): Promise<readonly Lockout[]> => (await lockouts.page({ limit: 100 })).rows;
const guess = (callerNumber: string | null) => door.tryWith({ pin: wrong, callerNumber });

test('are listed with what they lock and until when, the latest first', async () => {
  for (let i = 0; i < 6; i++) await guess('5550123');
  door.now += 1000;
  await guess(null);
  door.now += 1000;
  await guess('5550177');
  const at = door.now;
  const free = (lastAt: number) => ({ lockedUntil: null, failures: 1, lastAt });
  expect(await held()).toEqual([
    { subject: 'caller:15550177', ...free(at) },
    { subject: 'user:1', ...free(at) },
    { subject: 'user:1/caller:15550177', ...free(at) },
    { subject: 'caller:withheld', ...free(at - 1000) },
    { subject: 'user:1/caller:withheld', ...free(at - 1000) },
    {
      subject: 'user:1/caller:15550123',
      failures: 5,
      lastAt: at - 2000,
      lockedUntil: at - 2000 + 60_000,
    },
  ]);
  door.now += 58_000;
  expect((await held()).every((one) => one.lockedUntil === null)).toBe(true);
});

test('each is listed until when it really holds', async () => {
  for (let i = 0; i < 30; i++) {
    await door.tryWith({ knockCode: knockCode(`${i + 9}*1*1`), callerNumber: null });
    door.now += 60_000;
  }
  await guess(null);
  door.now += 1;
  const [latest] = await held();
  const until = latest?.lockedUntil ?? 0;
  expect(until).toBeLessThanOrEqual(door.now + 60_000);
  door.now = until - 1;
  expect(await door.tryWith({ callerNumber: null })).toBeUndefined();
  door.now = until;
  expect(await door.tryWith({ callerNumber: null })).toBeDefined();
});

test('an administrator ends one, on record, and the telephone is let in at once', async () => {
  for (let i = 0; i < 5; i++) await guess('5550123');
  expect(await door.tryWith()).toBeUndefined();
  await lockouts.end('user:1/caller:15550123', 'token:ops');
  expect(await door.tryWith()).toBeDefined();
  expect(await door.stores.audit.list({ kind: 'lockout-ended', limit: 9 })).toMatchObject([
    {
      actor: 'token:ops',
      userId: 1,
      detail: { subject: 'user:1/caller:15550123', failures: 5 },
    },
  ]);
});

test('ending what is not there is refused and leaves no trace', async () => {
  const before = await door.stores.audit.list({ limit: 100 });
  await expect(lockouts.end('user:1', 'cli:mira')).rejects.toMatchObject({ code: 'not-found' });
  expect(await lockouts.endAllOf(1, 'cli:mira')).toBe(0);
  expect(await door.stores.audit.list({ limit: 100 })).toEqual(before);
});

test('all of a user’s end together, and nobody else’s', async () => {
  for (const caller of ['5550123', '5550177', null]) await guess(caller);
  for (const userId of [11, 2]) {
    await door.stores.lockouts.record(
      [
        { subject: `user:${userId}`, failures: { count: 3, lastAt: door.now } },
        { subject: `user:${userId}/caller:1`, failures: { count: 3, lastAt: door.now } },
      ],
      [],
    );
  }
  expect(await lockouts.endAllOf(1, 'cli:mira')).toBe(4);
  expect((await held()).map(({ subject }) => subject).sort()).toEqual([
    'caller:15550177',
    'caller:withheld',
    'user:11',
    'user:11/caller:1',
    'user:2',
    'user:2/caller:1',
  ]);
  expect(await door.stores.audit.list({ kind: 'lockout-ended', limit: 9 })).toHaveLength(4);
});

test('what no rule remembers is not listed, and is cleared away', async () => {
  await guess('5550123');
  door.now += 86_399_000;
  await guess('5550177');
  expect(await held()).toHaveLength(4);
  expect(await lockouts.forgetOld()).toBe(0);
  door.now += 1001;
  expect(await held()).toHaveLength(3);
  expect(await lockouts.forgetOld()).toBe(1);
  expect(await door.stores.lockouts.list()).toHaveLength(3);
});

test('those that are locked now are counted, however many have failed since', async () => {
  for (let i = 0; i < 6; i++) await guess('5550123');
  expect(await lockouts.active()).toBe(1);
  const failures = { count: 1, lastAt: door.now };
  await door.stores.lockouts.record(
    Array.from({ length: 2500 }, (_, i) => ({
      subject: `caller:49${i + 1_000_000}` as const,
      failures,
    })),
    [],
  );
  expect(await lockouts.active()).toBe(1);
  door.now += 58_000_000;
  expect(await lockouts.active()).toBe(0);
});
