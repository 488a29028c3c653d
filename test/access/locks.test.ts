import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditKind } from '../../src/domain/attempt.ts';
import { fc } from '../property.ts';
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

/**
 * Somebody knows a user's knock code and tries PINs. See
 * docs/decisions/0012-locks-made-for-telephones.md for the bounds asserted here.
 */
let door: Door;
const mobile = '5550123';
const day = 86_400;

beforeEach(async () => {
  door = createDoor({ secrets: quickSecrets });
  await door.addUser('traveller', code, { numbers: [numberOf(mobile)] });
});

/** Wrong PINs that were really looked at. */
async function guesses(): Promise<number> {
  let count = 0;
  for (let before: number | undefined; ;) {
    const rows = await door.stores.audit.list({ kind: 'attempt-refused', limit: 1000, before });
    if (rows.length === 0) return count;
    count += rows.filter((row) => row.detail?.['reason'] === 'wrong-pin').length;
    before = rows.at(-1)?.seq;
  }
}

const guess = (callerNumber: string | null) => door.tryWith({ pin: wrong, callerNumber });
const letIn = async (callerNumber: string | null) =>
  (await door.tryWith({ callerNumber })) !== undefined;

describe('one caller who tries without pause for a day', () => {
  test.each([
    ['with a number', '5550666', 110],
    ['that withholds its number', null, 300],
  ])(
    '%s never keeps the user from getting in by another telephone',
    { timeout: 180_000 },
    async (_, attacker, bound) => {
      for (let second = 0; second < day; second += 5) {
        door.now += 5000;
        await guess(attacker);
        if (second % 60 > 0) continue;
        // a telephone that was never seen before, and the user's own
        expect(await letIn(String(5_560_000 + second / 60))).toBe(true);
        expect(await letIn(mobile)).toBe(true);
      }
      const count = await guesses();
      expect(count).toBeGreaterThan(bound / 2);
      expect(count).toBeLessThan(bound);
      expect(await door.stores.audit.list({ kind: 'knock-code-exposed', limit: 9 })).toHaveLength(
        1,
      );
    },
  );

  test('and then another day, as it was on the first', { timeout: 180_000 }, async () => {
    for (let minute = 0; minute < 2 * 1440; minute++) {
      door.now += 60_000;
      await guess('5550666');
      if (minute > 1440) expect(await letIn(String(5_560_000 + minute))).toBe(true);
    }
  });

  test('and another who withholds the number: neither adds to what the other may do', async () => {
    for (let minute = 0; minute < 1440; minute++) {
      door.now += 60_000;
      await guess(minute % 2 ? '5550666' : null);
      await guess(minute % 2 ? null : '5550666');
      expect(await letIn(String(5_560_000 + minute))).toBe(true);
    }
  });

  test('that forges the user’s own number keeps out that telephone alone', async () => {
    for (let minute = 0; minute < 1440; minute++) {
      door.now += 60_000;
      await guess(mobile);
      expect(await letIn('5550177')).toBe(true);
    }
    const [latest] = await door.stores.audit.list({ kind: 'lockout-began', limit: 1 });
    expect(latest?.detail).toMatchObject({ subject: 'user:1/caller:15550123', seconds: 900 });
    expect(await guesses()).toBeLessThan(110);
  });
});

test('a thousand forged numbers do not touch the user’s telephone; a strange one waits five minutes', async () => {
  let waiting = 0;
  let longestWait = 0;
  for (let second = 0; second < day; second += 5) {
    door.now += 5000;
    // the user tries a strange telephone again and again, from time to time all day long
    if (second % 3600 < 900) {
      const inside = await letIn('5550177');
      waiting = inside ? 0 : waiting + 5;
      longestWait = Math.max(longestWait, waiting);
    }
    if (second % 300 === 0) expect(await letIn(mobile)).toBe(true);
    await guess(String(5_570_000 + ((second / 5) % 1000)));
  }
  expect(longestWait).toBeGreaterThan(0);
  expect(longestWait).toBeLessThanOrEqual(300);
  // 20 forgiven, then one for each five minutes, and those while the locks grow to that
  const count = await guesses();
  expect(count).toBeGreaterThan(200);
  expect(count).toBeLessThanOrEqual(20 + day / 300 + 5);
  const told = await door.stores.audit.list({ kind: 'knock-code-exposed', limit: 9 });
  expect(told).toMatchObject([{ userId: 1, detail: { failures: 20 } }]);
}, 180_000);

test('without the knock code nobody locks the telephone of a user by forging its number', async () => {
  const recognised = '5550155';
  const { id } = await door.stores.calls.begin(
    {
      callerNumber: recognised,
      dialled: '100',
      attestation: null,
      callBackOf: null,
      beganAt: door.now,
    },
    { at: door.now, actor: 'system', kind: 'call-began' },
  );
  await door.stores.calls.end(id, door.now, 'opened', 1, {
    at: door.now,
    actor: 'system',
    kind: 'call-ended',
  });
  for (let i = 0; i < 50; i++) {
    for (const callerNumber of [mobile, recognised]) {
      await door.tryWith({ knockCode: knockCode(`${i + 10}*1*1`), callerNumber });
    }
  }
  expect(await letIn(mobile)).toBe(true);
  expect(await letIn(recognised)).toBe(true);
  // for everybody else that number is locked
  await door.addUser('other', knockCode('5*5*5'));
  expect(
    await door.tryWith({ knockCode: knockCode('5*5*5'), callerNumber: mobile }),
  ).toBeUndefined();
});

test('a telephone is known for 90 days after its last good call', async () => {
  const lockedFor = async (days: number): Promise<boolean> => {
    const one = createDoor({ secrets: quickSecrets });
    await one.addUser('traveller', code);
    const { id } = await one.stores.calls.begin(
      { callerNumber: mobile, dialled: '1', attestation: null, callBackOf: null, beganAt: one.now },
      { at: one.now, actor: 'system', kind: 'call-began' },
    );
    await one.stores.calls.end(id, one.now, 'opened', 1, {
      at: one.now,
      actor: 'system',
      kind: 'call-ended',
    });
    one.now += days * day * 1000;
    for (let i = 0; i < 6; i++) await one.tryWith({ knockCode: knockCode(`${i + 1}*1*1`) });
    return (await one.tryWith()) === undefined;
  };
  expect(await lockedFor(90)).toBe(false);
  expect(await lockedFor(91)).toBe(true);
});

describe('a telephone from which a user was recognised', () => {
  const thief = '5550199';
  const entry = (kind: AuditKind) => ({ at: door.now, actor: 'system', kind }) as const;
  const recognised = async (
    duringCall: () => Promise<unknown> = () => Promise.resolve(),
    callerNumber = thief,
  ) => {
    const { id } = await door.stores.calls.begin(
      { callerNumber, dialled: '1', attestation: null, callBackOf: null, beganAt: door.now },
      entry('call-began'),
    );
    await duringCall();
    await door.stores.calls.end(id, door.now, 'opened', 1, entry('call-ended'));
  };
  /** Twenty-one strangers have failed, so that only known telephones get in. */
  const isKnown = async (knockCode = code): Promise<boolean> => {
    for (let i = 0; i < 25; i++) {
      await door.tryWith({ knockCode, pin: wrong, callerNumber: String(5_590_000 + i) });
    }
    return (await door.tryWith({ knockCode, callerNumber: thief })) !== undefined;
  };
  const newPin = async () =>
    door.stores.users.setPin(1, await quickSecrets.hashPin(pin), entry('pin-reset'));

  test('is known', async () => {
    await recognised();
    expect(await isKnown()).toBe(true);
  });

  test.each(['+15550199', '01115550199', '5550199'])(
    'is known in each notation, once it was presented as %s',
    async (notation) => {
      await recognised(undefined, notation);
      await isKnown(); // locks all strangers out
      for (const callerNumber of ['+15550199', '01115550199', '5550199', '555-0199']) {
        expect(await door.tryWith({ callerNumber })).toBeDefined();
      }
      expect(await door.tryWith({ callerNumber: '+15550198' })).toBeUndefined();
    },
  );

  test.each([-day, 0, day])(
    'is not known any more once the user has a new PIN, though the clock is set by %i s',
    async (seconds) => {
      await recognised();
      door.now += seconds * 1000;
      await newPin();
      door.now -= seconds * 1000;
      expect(await isKnown()).toBe(false);
    },
  );

  test('nor once there is a new knock code', async () => {
    const fresh = knockCode('700*701*702');
    await recognised();
    await door.stores.users.setKnockCode(
      1,
      quickSecrets.knockCodeLookup(fresh),
      entry('knock-code-reset'),
    );
    expect(await isKnown(fresh)).toBe(false);
  });

  test('nor when its call was still in progress; a call after it makes it known again', async () => {
    await recognised(newPin);
    expect(await isKnown()).toBe(false);
    await recognised();
    expect(await isKnown()).toBe(true);
  });

  test('is known all the same when another user has a new PIN', async () => {
    const other = await door.addUser('other', knockCode('1*2*3'));
    await recognised();
    await door.stores.users.setPin(other.id, 'new', entry('pin-reset'));
    expect(await isKnown()).toBe(true);
  });
});

test('the user’s own calls give a guesser no budget anew', async () => {
  for (let i = 0; i < 19; i++) await guess(String(5_570_000 + i));
  for (let i = 0; i < 10; i++) {
    expect(await letIn(mobile)).toBe(true);
    expect(await letIn(String(5_580_000 + i))).toBe(true);
  }
  await guess('5570098');
  await guess('5570099');
  expect(await letIn('5580099')).toBe(false);
  expect((await door.refusals())[0]).toBe('user-locked');
});

test('a knock code is told to be exposed once, and a new one begins anew', async () => {
  const told = async () =>
    (await door.stores.audit.list({ kind: 'knock-code-exposed', limit: 9 })).length;
  const guessOften = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await guess(String(5_590_000 + i));
      door.now += 301_000;
    }
  };
  await guessOften(19);
  expect(await told()).toBe(0);
  await guessOften(30);
  expect(await told()).toBe(1);
  const fresh = knockCode('700*701*702');
  await door.stores.users.setKnockCode(1, quickSecrets.knockCodeLookup(fresh), {
    at: door.now,
    actor: 'system',
    kind: 'knock-code-reset',
  });
  for (let i = 0; i < 20; i++) {
    await door.tryWith({ knockCode: fresh, pin: wrong, callerNumber: String(5_590_100 + i) });
    door.now += 301_000;
  }
  expect(await told()).toBe(2);
});

test('a user’s own slips, one a day, never lock strange telephones nor look like an attack', async () => {
  for (let days = 0; days < 60; days++) {
    await guess('5550177');
    expect(await letIn('5550177')).toBe(true);
    door.now += (day - 60) * 1000;
  }
  expect(await door.stores.audit.list({ kind: 'lockout-began', limit: 9 })).toEqual([]);
  expect(await door.stores.audit.list({ kind: 'knock-code-exposed', limit: 9 })).toEqual([]);
});

test('a clock set back locks nobody for ever', async () => {
  for (let i = 0; i < 5; i++) await guess('5550666');
  door.now -= 30 * day * 1000;
  expect(await letIn('5550666')).toBe(true);
});

describe('whatever is tried', () => {
  const caller = fc.option(
    fc.integer({ min: 0, max: 5 }).map((n) => `555067${n}`),
    { nil: null },
  );

  const guessed = async (
    callers: readonly (string | null)[],
    rounds: number,
    atOnce: boolean,
  ): Promise<number> => {
    door = createDoor({ secrets: quickSecrets });
    await door.addUser('traveller', code);
    for (let round = 0; round < rounds; round++) {
      if (atOnce) await Promise.all(callers.map(guess));
      else for (const one of callers) await guess(one);
      door.now += 70_000;
    }
    return guesses();
  };

  test('trying on many lines at once gains nothing over one after another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(caller, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (callers, rounds) => {
          const parallel = await guessed(callers, rounds, true);
          expect(parallel).toBe(await guessed(callers, rounds, false));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('one right PIN among many wrong ones at once takes back its own charge alone', async () => {
    const others = Array.from({ length: 12 }, (_, i) => String(5_570_000 + i));
    const tries = await Promise.all([
      ...others.map(guess),
      door.tryWith({ callerNumber: '5550177' }),
    ]);
    expect(tries.filter((user) => user !== undefined)).toHaveLength(1);
    expect(await door.stores.lockouts.failuresOf('user:1')).toMatchObject({ count: 12 });
  });

  test('no rhythm of one caller locks out another', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(caller, pauses, async (attacker, seconds) => {
        door = createDoor({ secrets: quickSecrets });
        await door.addUser('traveller', code);
        for (const [i, pause] of seconds.entries()) {
          await door.tryWith({ pin: pinOf(String(1000 + i)), callerNumber: attacker });
          expect(await letIn('5550177')).toBe(true);
          door.now += pause * 1000;
        }
      }),
      { numRuns: 60 },
    );
  });
});
