import { beforeEach, describe, expect, test } from 'vitest';
import type { KnockAttempt } from '../../src/access/authenticate.ts';
import type { Secrets } from '../../src/access/secrets.ts';
import type { UserSettings } from '../../src/domain/user.ts';
import {
  code,
  createDoor,
  knockCode,
  numberOf,
  pin,
  pinOf,
  quickSecrets,
  wrong,
  type Door,
} from './door.ts';

let door: Door;

async function build(secrets?: Secrets): Promise<void> {
  door = createDoor(secrets && { secrets });
  await door.addUser('traveller', code);
  await door.addUser('other', knockCode('1*2*3'));
}

beforeEach(() => build(quickSecrets));

const change = (id: number, changes: Partial<UserSettings>) =>
  door.stores.users.change(id, changes, { at: door.now, actor: 'system', kind: 'user-changed' });

test('the right code and PIN are the user', async () => {
  await build();
  expect((await door.tryWith())?.name).toBe('traveller');
  expect((await door.tryWith({ knockCode: knockCode('1*2*3') }))?.name).toBe('other');
  expect(door.failures).toEqual([]);
});

test('every failure is the same undefined; only the record tells them apart', async () => {
  await change(2, { disabled: true });
  expect(await door.tryWith({ pin: wrong })).toBeUndefined();
  expect(await door.tryWith({ knockCode: knockCode('9*9*9') })).toBeUndefined();
  expect(await door.tryWith({ knockCode: knockCode('1*2*3') })).toBeUndefined();
  await change(2, { disabled: false, callerPolicy: 'listed' });
  expect(await door.tryWith({ knockCode: knockCode('1*2*3') })).toBeUndefined();
  await change(2, { callerPolicy: 'any', leastAttestation: 'B' });
  expect(await door.tryWith({ knockCode: knockCode('1*2*3') })).toBeUndefined();
  expect(await door.refusals()).toEqual([
    'not-attested',
    'not-listed',
    'disabled',
    'unknown-code',
    'wrong-pin',
  ]);
  expect(door.waits).toEqual([0.3, 0.3, 0.3, 0.3, 0.3]);
  // not known, or as good as that: whoever knows no code that is good learns nothing worth a brake
  expect(door.failures.map(([kind]) => kind)).toEqual([
    'guess',
    'unknown-code',
    'unknown-code',
    'guess',
    'guess',
  ]);
});

test('the record never holds what was keyed, and says what the call came with', async () => {
  await door.tryWith({ pin: wrong, attestation: 'C' });
  await door.tryWith();
  const rows = await door.stores.audit.list({ limit: 100 });
  const record = JSON.stringify(rows);
  for (const secret of ['233', '245', '478', '918273', '471100']) {
    expect(record).not.toContain(secret);
  }
  expect(rows.slice(0, 2)).toMatchObject([
    { kind: 'attempt-accepted', detail: { caller: '5550123', attestation: 'none' } },
    { kind: 'attempt-refused', detail: { caller: '5550123', attestation: 'C' } },
  ]);
});

test('a telephone that tries many codes is locked out, and its lock does not touch others', async () => {
  for (let i = 1; i <= 6; i++) await door.tryWith({ knockCode: knockCode(`${i + 10}*1*1`) });
  expect(await door.tryWith()).toBeUndefined();
  expect((await door.refusals())[0]).toBe('caller-locked');
  expect(await door.tryWith({ callerNumber: '5550188' })).toBeDefined();
  expect(await door.stores.audit.list({ limit: 9, kind: 'lockout-began' })).toMatchObject([
    { detail: { subject: 'caller:15550123', seconds: 60 } },
  ]);
});

test('a telephone is the same however its number is presented', async () => {
  const forms = ['5550123', '+1 555-0123', '(555) 0123', '0111 5550123'];
  for (let i = 0; i < 6; i++) {
    const callerNumber = forms[i % forms.length]!;
    await door.tryWith({ knockCode: knockCode(`${i + 10}*1*1`), callerNumber });
  }
  expect(await door.tryWith({ callerNumber: '+15550123' })).toBeUndefined();
  expect((await door.refusals())[0]).toBe('caller-locked');
});

test.each([null, 'anonymous', 'alice', '+', '1'.repeat(40)])(
  'callers without a number share a lockout of a minute at most: %j',
  async (callerNumber) => {
    for (let round = 0; round < 12; round++) {
      await door.tryWith({ knockCode: knockCode('77*1*1'), callerNumber: null });
      door.now += round < 11 ? 61_000 : 59_000;
    }
    expect(await door.tryWith({ callerNumber })).toBeUndefined();
    expect(await door.tryWith({ callerNumber: '5550123' })).toBeDefined();
    door.now += 1000;
    expect(await door.tryWith({ callerNumber })).toBeDefined();
  },
);

test('success forgives the telephone what went before', async () => {
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 3; i++) await door.tryWith({ pin: wrong });
    expect(await door.tryWith()).toBeDefined();
  }
  expect(await door.stores.lockouts.failuresOf('caller:15550123')).toMatchObject({ count: 0 });
});

test('a try during a lock does not lengthen it', async () => {
  for (let i = 0; i < 5; i++) await door.tryWith({ pin: wrong });
  for (let i = 0; i < 20; i++) {
    door.now += 2000;
    expect(await door.tryWith()).toBeUndefined();
  }
  door.now += 20_000;
  expect(await door.tryWith()).toBeDefined();
});

describe('which telephones', () => {
  test('a user of listed numbers comes in by these alone, however they are presented', async () => {
    await change(1, { callerPolicy: 'listed', numbers: [numberOf('5550123')] });
    expect(await door.tryWith()).toBeDefined();
    expect(await door.tryWith({ callerNumber: '+1 555 0123' })).toBeDefined();
    for (const callerNumber of ['5550124', null, 'anonymous']) {
      expect(await door.tryWith({ callerNumber })).toBeUndefined();
    }
    expect(await door.refusals()).toEqual(['not-listed', 'not-listed', 'not-listed']);
  });

  test('that a telephone is not listed is not told before the PIN is right', async () => {
    await change(1, { callerPolicy: 'listed' });
    await door.tryWith({ pin: wrong });
    expect(await door.refusals()).toEqual(['wrong-pin']);
  });

  test('a user who is called back may ask for it from anywhere', async () => {
    await change(1, { callerPolicy: 'call-back', numbers: [numberOf('5550123')] });
    for (const callerNumber of ['5550124', null]) {
      expect(await door.tryWith({ callerNumber })).toBeDefined();
    }
  });

  test.each([
    ['A', ['A']],
    ['B', ['A', 'B']],
    ['C', ['A', 'B', 'C']],
    [null, ['A', 'B', 'C', null]],
  ] as const)('an attestation of %s at least is had by %j', async (leastAttestation, good) => {
    await change(1, { leastAttestation });
    for (const attestation of ['A', 'B', 'C', null] as const) {
      const user = await door.tryWith({ attestation });
      expect(user !== undefined).toBe((good as readonly unknown[]).includes(attestation));
    }
  });
});

const entry = { at: 1e12, actor: 'system', kind: 'pin-reset' } as const;

describe('on a call that we made ourselves', () => {
  const number = numberOf('5550123');

  test('the PIN alone is asked for, and is locked like any other', async () => {
    const user = await change(1, { callerPolicy: 'call-back', numbers: [number] });
    expect(await door.again({ user, pin, number, callId: 2 })).toEqual(user);
    for (let i = 0; i < 5; i++) {
      expect(await door.again({ user, pin: wrong, number, callId: 2 })).toBeUndefined();
    }
    expect(await door.again({ user, pin, number, callId: 2 })).toBeUndefined();
    expect((await door.refusals())[0]).toBe('caller-locked');
    expect(door.failures).toEqual([
      ...Array.from({ length: 5 }, () => ['guess', '+15550123']),
      ['unknown-code', '+15550123'],
    ]);
    door.now += 60_000;
    expect(await door.again({ user, pin, number, callId: 2 })).toEqual(user);
    expect(new Set(door.waits)).toEqual(new Set([0.3]));
  });

  test('what has been changed since the user asked for it counts', async () => {
    const user = await change(1, { callerPolicy: 'call-back', numbers: [number] });
    const again = () => door.again({ user, pin, number, callId: 2 });
    await change(1, { disabled: true });
    expect(await again()).toBeUndefined();
    await change(1, { disabled: false, numbers: [numberOf('5550199')] });
    expect(await again()).toBeUndefined();
    expect(await door.refusals()).toEqual(['changed-meanwhile', 'disabled']);
    const fresh = await change(1, { numbers: [number] });
    // whoever asks anew is called as they are now
    expect(await door.again({ user: fresh, pin, number, callId: 3 })).toEqual(fresh);
    expect(
      await door.again({ user: fresh, pin, number: numberOf('5550199'), callId: 3 }),
    ).toBeUndefined();
    expect((await door.refusals())[0]).toBe('not-listed');
  });

  test.each([
    [
      'a second factor',
      () => door.stores.users.setSecondFactor(1, { kind: 'sheet', lookups: ['x'] }, entry),
    ],
    ['a new PIN', async () => door.stores.users.setPin(1, await quickSecrets.hashPin(pin), entry)],
    ['other services', () => change(1, { services: ['sip'] })],
  ])(
    'who is given %s while their telephone rings is not let in by the PIN alone',
    async (_, given) => {
      const user = await change(1, { callerPolicy: 'call-back', numbers: [number] });
      await given();
      expect(await door.again({ user, pin, number, callId: 2 })).toBeUndefined();
      expect(await door.refusals()).toEqual(['changed-meanwhile']);
      // it is no guess, and says nothing about the PIN
      expect(await door.again({ user, pin: wrong, number, callId: 2 })).toBeUndefined();
      expect((await door.refusals())[0]).toBe('wrong-pin');
    },
  );
});

describe('a user who is changed while the PIN is looked at', () => {
  const number = numberOf('5550123');
  let meanwhile: () => Promise<unknown>;

  beforeEach(async () => {
    meanwhile = () => Promise.resolve();
    await build({
      ...quickSecrets,
      async verifyPin(given, hash) {
        await meanwhile();
        return quickSecrets.verifyPin(given, hash);
      },
    });
    await change(1, { numbers: [number] });
  });

  test.each([
    ['disabled', () => change(1, { disabled: true })],
    ['given another service', () => change(1, { services: ['sip'] })],
    ['given a new PIN', () => door.stores.users.setPin(1, 'new', entry)],
    ['given a new knock code', () => door.stores.users.setKnockCode(1, 'new', entry)],
    [
      'given a sheet',
      () => door.stores.users.setSecondFactor(1, { kind: 'sheet', lookups: ['x'] }, entry),
    ],
  ])('is not let in by what was read before: %s', async (_, happens) => {
    const user = (await door.stores.users.byId(1))!;
    meanwhile = happens;
    expect(await door.tryWith()).toBeUndefined();
    expect(await door.again({ user, pin, number, callId: 2 })).toBeUndefined();
    expect((await door.refusals()).at(-1)).toBe('changed-meanwhile');
    expect(door.failures[0]).toEqual(['unknown-code', '5550123']);
    expect(await door.stores.audit.list({ kind: 'attempt-accepted', limit: 9 })).toEqual([]);
  });

  test('is let in when somebody else was changed', async () => {
    meanwhile = () => change(2, { disabled: true });
    expect(await door.tryWith()).toMatchObject({ id: 1 });
  });
});

describe('the brake is told', () => {
  test('a guess only of what was really tried behind a code that is good', async () => {
    for (let i = 0; i < 6; i++) await door.tryWith({ pin: wrong, callerNumber: null });
    await door.tryWith({ knockCode: knockCode('9*9*9'), callerNumber: '+1 555 0177' });
    expect(door.failures).toEqual([
      ...Array.from({ length: 5 }, () => ['guess', null]),
      // locked: nothing was looked at
      ['unknown-code', null],
      ['unknown-code', '+1 555 0177'],
    ]);
  });
});

describe('takes the same work', () => {
  const cpuOf = async (over: Partial<KnockAttempt>): Promise<number> => {
    const before = process.cpuUsage();
    for (let i = 0; i < 6; i++) {
      await door.tryWith({ callerNumber: `5550${100 + i}`, pin: wrong, ...over });
    }
    const used = process.cpuUsage(before);
    return used.user + used.system;
  };

  test('whether the code is known, unknown or locked: the PIN is stretched either way', async () => {
    await build();
    await cpuOf({});
    const known = await cpuOf({});
    const unknown = await cpuOf({ knockCode: knockCode('9*9*9') });
    for (let i = 0; i < 30; i++) {
      await door.tryWith({ pin: pinOf('1111'), callerNumber: `5551${100 + i}` });
    }
    const locked = await cpuOf({ callerNumber: '5552000' });
    expect((await door.refusals()).slice(0, 6)).toEqual(Array(6).fill('user-locked'));
    // work, not wall time: scrypt dominates all, so none can be a small part of another
    for (const other of [unknown, locked]) {
      expect(other / known).toBeGreaterThan(0.4);
      expect(other / known).toBeLessThan(2.5);
    }
  });
});
