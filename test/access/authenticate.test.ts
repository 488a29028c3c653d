import { beforeEach, describe, expect, test } from 'vitest';
import { authenticator, type Authenticate } from '../../src/access/authenticate.ts';
import { createSecrets } from '../../src/access/secrets.ts';
import { parseKnockCode } from '../../src/domain/knock-code.ts';
import type { LockoutRule } from '../../src/domain/lockout.ts';
import { parsePin } from '../../src/domain/pin.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const code = parseKnockCode('233*245*478')!;
const pin = parsePin('471100')!;
const wrong = parsePin('918273')!;
const secrets = createSecrets(Buffer.alloc(32, 7));
const userLockout: LockoutRule = { forgiven: 4, first: 60, longest: 900, memory: 86_400 };
const callerLockout: LockoutRule = { forgiven: 5, first: 60, longest: 86_400, memory: 86_400 };

let now = 1e12;
let stores = createMemoryStores();
let authenticate: Authenticate;
let waits: number[];

beforeEach(async () => {
  now = 1e12;
  stores = createMemoryStores();
  waits = [];
  authenticate = authenticator({
    stores,
    secrets,
    clock: { now: () => now },
    wait: async (seconds) => void waits.push(seconds),
    userLockout,
    callerLockout,
  });
  const entry = { at: now, actor: 'system', kind: 'user-created' } as const;
  const hash = await secrets.hashPin(pin);
  for (const [name, knockCode] of [
    ['traveller', code],
    ['other', parseKnockCode('1*2*3')!],
  ] as const) {
    await stores.users.add(
      { name, services: [], createdAt: now },
      { knockCodeLookup: secrets.knockCodeLookup(knockCode), pinHash: hash },
      entry,
    );
  }
});

const tryWith = (over: Partial<Parameters<Authenticate>[0]> = {}) =>
  authenticate({ knockCode: code, pin, callerNumber: '5550123', callId: 1, ...over });
const reasons = async () =>
  (await stores.audit.list({ limit: 100, kind: 'attempt-refused' })).map(
    (r) => r.detail?.['reason'],
  );

test('the right code and PIN are the user', async () => {
  expect((await tryWith())?.name).toBe('traveller');
});

test('every failure is the same undefined; only the record tells them apart', async () => {
  await stores.users.setDisabled(2, true, { at: now, actor: 'system', kind: 'user-disabled' });
  expect(await tryWith({ pin: wrong })).toBeUndefined();
  expect(await tryWith({ knockCode: parseKnockCode('9*9*9')! })).toBeUndefined();
  expect(await tryWith({ knockCode: parseKnockCode('1*2*3')! })).toBeUndefined();
  expect(await reasons()).toEqual(['disabled', 'unknown-code', 'wrong-pin']);
  expect(waits).toEqual([0.3, 0.3, 0.3]);
});

test('the record never holds what was keyed', async () => {
  await tryWith({ pin: wrong });
  await tryWith();
  const record = JSON.stringify(await stores.audit.list({ limit: 100 }));
  expect(record).not.toContain('233');
  expect(record).not.toContain('918273');
  expect(record).not.toContain('471100');
});

test('a user is locked after some failures from any telephones, and let in when it ends', async () => {
  for (let i = 0; i < 5; i++) await tryWith({ pin: wrong, callerNumber: `555010${i}` });
  expect(await tryWith({ callerNumber: '5550199' })).toBeUndefined();
  expect((await reasons())[0]).toBe('user-locked');
  expect(await stores.audit.list({ limit: 9, kind: 'lockout-began' })).toMatchObject([
    { detail: { subject: 'user:1', seconds: 60 } },
  ]);
  now += 60_000;
  expect(await tryWith({ callerNumber: '5550199' })).toBeDefined();
});

test('a telephone that tries many codes is locked out, and its lock does not touch others', async () => {
  for (let i = 1; i <= 6; i++) await tryWith({ knockCode: parseKnockCode(`${i + 10}*1*1`)! });
  expect(await tryWith()).toBeUndefined();
  expect((await reasons())[0]).toBe('caller-locked');
  expect(await tryWith({ callerNumber: '5550188' })).toBeDefined();
});

test('callers who withhold their number share a lockout', async () => {
  for (let i = 1; i <= 6; i++) {
    await tryWith({ knockCode: parseKnockCode(`${i + 10}*1*1`)!, callerNumber: null });
  }
  expect(await tryWith({ callerNumber: null })).toBeUndefined();
  expect(await tryWith({ callerNumber: '5550123' })).toBeDefined();
});

test('callers who withhold their number cannot shut each other out for longer than a minute', async () => {
  for (let round = 0; round < 12; round++) {
    await tryWith({ knockCode: parseKnockCode('77*1*1')!, callerNumber: null });
    now += 61_000;
  }
  expect(await tryWith({ callerNumber: null })).toBeDefined();
});

test('success forgives what went before', async () => {
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 3; i++) await tryWith({ pin: wrong });
    expect(await tryWith()).toBeDefined();
  }
});

test('a try during a lock does not lengthen it', async () => {
  for (let i = 0; i < 5; i++) await tryWith({ pin: wrong, callerNumber: `555010${i}` });
  for (let i = 0; i < 20; i++) {
    now += 2000;
    await tryWith({ pin: wrong, callerNumber: '5550177' });
  }
  now += 20_000;
  expect(await tryWith({ callerNumber: '5550188' })).toBeDefined();
});

test('guessing at once on many lines gets no more guesses than one after another', async () => {
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      tryWith({ pin: parsePin(String(100_000 + i))!, callerNumber: `55501${10 + i}` }),
    ),
  );
  expect(guesses.every((g) => g === undefined)).toBe(true);
  const tried = (await reasons()).filter((reason) => reason === 'wrong-pin');
  expect(tried).toHaveLength(userLockout.forgiven + 1);
});

describe('takes the same time', () => {
  test('whether the code is known or not: the PIN is stretched either way', async () => {
    const cpuOf = async (over: Partial<Parameters<Authenticate>[0]>): Promise<number> => {
      const before = process.cpuUsage();
      for (let i = 0; i < 6; i++) await tryWith({ callerNumber: `5550${i}`, ...over });
      const used = process.cpuUsage(before);
      return used.user + used.system;
    };
    await cpuOf({ pin: wrong });
    const known = await cpuOf({ pin: wrong });
    const unknown = await cpuOf({ knockCode: parseKnockCode('9*9*9')!, pin: wrong });
    // work, not wall time: scrypt dominates both, so neither can be a small part of the other
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });
});

test('a PIN hash that cannot be read fits nothing and throws nothing', async () => {
  for (const hash of ['', 'scrypt', 'scrypt$1$1$1$$', '$$$$$$', secrets.fitsNobody]) {
    expect(await secrets.verifyPin(pin, hash)).toBe(false);
  }
});

test('another key file makes other lookups and other hashes', async () => {
  const others = createSecrets(Buffer.alloc(32, 8));
  expect(others.knockCodeLookup(code)).not.toBe(secrets.knockCodeLookup(code));
  expect(await others.verifyPin(pin, await secrets.hashPin(pin))).toBe(false);
  expect(() => createSecrets(Buffer.alloc(31))).toThrow(RangeError);
});
