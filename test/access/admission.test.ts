import { beforeEach, describe, expect, test } from 'vitest';
import {
  createAdmission,
  type Admission,
  type AdmissionRules,
} from '../../src/access/admission.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import type { AuditRow } from '../../src/domain/attempt.ts';
import type { Stores } from '../../src/domain/ports.ts';
import type { Timer } from '../../src/domain/time.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { fc } from '../property.ts';
import { dialling, numberOf } from './door.ts';

const usual: AdmissionRules = {
  atOnce: 10,
  atOncePerCaller: 2,
  perCallerPerHour: 5,
  withheldAtOnce: 3,
  withheldPerHour: 8,
  perMinute: 20,
  brake: { failures: 6, within: 60, for: 300 },
  exceptions: [numberOf('5550199')],
};

let steady: number;
let wallClock: number;
let rings: { at: number; ring: () => void }[];
let stores: Stores;
let alarms: unknown[][];
let cleared: string[];

const timer: Timer = (seconds, ring) => {
  const one = { at: steady + seconds * 1000, ring };
  rings.push(one);
  return { cancel: () => void (rings = rings.filter((other) => other !== one)) };
};

/** Lets the time pass, with all that rings in it, and what that sets going. */
async function pass(seconds: number): Promise<void> {
  const end = steady + seconds * 1000;
  for (let due; (due = rings.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]);) {
    const now = due;
    steady = now.at;
    rings = rings.filter((other) => other !== now);
    now.ring();
    await settled();
  }
  steady = end;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

const open = (rules: Partial<AdmissionRules> = {}, from: Stores = stores): Admission =>
  createAdmission({
    stores: from,
    clock: { now: () => wallClock },
    steady: () => steady,
    timer,
    dialling,
    rules: { ...usual, ...rules },
    alarm: (...what) => alarms.push(what),
    allClear: (message) => cleared.push(message),
  });

beforeEach(async () => {
  steady = 0;
  wallClock = 1e12;
  rings = [];
  alarms = [];
  cleared = [];
  stores = createMemoryStores();
  const entry = { at: wallClock, actor: 'system', kind: 'user-created' } as const;
  await stores.users.add(
    { ...usualSettings, name: 'traveller', numbers: [numberOf('5550123')], createdAt: wallClock },
    { knockCodeLookup: 'a', pinHash: 'b' },
    entry,
  );
});

const rows = (kind: AuditRow['kind']) => stores.audit.list({ kind, limit: 1000 });

/** Calls, and stays on the line. */
async function call(admission: Admission, callerNumber: string | null): Promise<string> {
  const arrival = await admission.arrive(callerNumber);
  return arrival.admitted ? 'admitted' : arrival.reason;
}

/** Calls, and hangs up. */
async function ring(admission: Admission, callerNumber: string | null): Promise<string> {
  const arrival = await admission.arrive(callerNumber);
  if (!arrival.admitted) return arrival.reason;
  arrival.leave();
  return 'admitted';
}

const several = async (times: number, one: (i: number) => Promise<string>): Promise<string[]> => {
  const ends: string[] = [];
  for (let i = 0; i < times; i++) ends.push(await one(i));
  return ends;
};

const stranger = (i: number) => String(5_560_000 + i);

describe('calls at once', () => {
  test('in all, trusted telephones included, until somebody leaves', async () => {
    const admission = open();
    const first = await admission.arrive(stranger(0));
    await several(7, (i) => call(admission, stranger(i + 1)));
    for (const trusted of ['5550199', '5550123']) {
      expect(await call(admission, trusted)).toBe('admitted');
    }
    for (const late of [stranger(20), '5550199', '5550123', null]) {
      expect(await call(admission, late)).toBe('too-many-calls');
    }
    if (!first.admitted) throw new Error('it was not admitted');
    first.leave();
    first.leave();
    expect(admission.counts().inProgress).toBe(9);
    expect(await call(admission, stranger(21))).toBe('too-many-calls');
    expect(await call(admission, '5550123')).toBe('admitted');
    expect(await call(admission, '5550199')).toBe('too-many-calls');
    expect(admission.counts()).toMatchObject({ inProgress: 10, refused: { 'too-many-calls': 6 } });
  });

  test.each([
    [50, 40],
    [10, 8],
    [9, 8],
    [4, 3],
    [2, 1],
    [1, 1],
  ])('of %i strangers may hold %i, and the others are kept', async (atOnce, forStrangers) => {
    const admission = open({ atOnce, perMinute: 100 });
    const ends = await several(100, (i) => call(admission, stranger(i)));
    expect(ends.filter((end) => end === 'admitted')).toHaveLength(forStrangers);
    expect(ends.at(-1)).toBe('too-many-calls');
    const kept = forStrangers < atOnce ? 'admitted' : 'too-many-calls';
    expect(await ring(admission, '5550199')).toBe(kept);
    expect(await ring(admission, '5550123')).toBe(kept);
    expect(await ring(admission, '5550124')).toBe('too-many-calls');
  });

  test.each(['5550199', '5550123'])(
    'of a trusted telephone, twice as many: %s',
    async (trusted) => {
      const admission = open();
      expect(await several(5, () => call(admission, trusted))).toEqual([
        ...Array<string>(4).fill('admitted'),
        'too-many-from-caller',
      ]);
    },
  );

  test('of one caller, however the number is presented', async () => {
    const admission = open();
    expect(
      await several(3, (i) => call(admission, ['5550101', '+15550101', '(555) 01-01'][i]!)),
    ).toEqual(['admitted', 'admitted', 'too-many-from-caller']);
    expect(await call(admission, '5550102')).toBe('admitted');
  });

  test('of all that withhold their number, together', async () => {
    const admission = open();
    expect(await several(4, (i) => call(admission, [null, 'anonymous', '', 'x'][i]!))).toEqual([
      'admitted',
      'admitted',
      'admitted',
      'too-many-from-caller',
    ]);
    expect(await call(admission, stranger(1))).toBe('admitted');
  });

  test('are never more than allowed when all arrive at the same instant', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('5550101', '5550102', '5550123', '5550199', null), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.boolean(),
        async (callers, braking) => {
          const admission = open();
          if (braking) for (let i = 0; i < 6; i++) admission.failed('guess', stranger(i));
          const arrivals = await Promise.all(callers.map((one) => admission.arrive(one)));
          const inside = callers.filter((_, i) => arrivals[i]!.admitted);
          const countOf = (who: string | null) => inside.filter((one) => one === who).length;
          expect(inside.length).toBeLessThanOrEqual(10);
          expect(countOf('5550101')).toBeLessThanOrEqual(braking ? 0 : 2);
          expect(countOf('5550123')).toBeLessThanOrEqual(4);
          expect(countOf('5550199')).toBeLessThanOrEqual(4);
          expect(countOf(null)).toBeLessThanOrEqual(braking ? 0 : 3);
          expect(admission.counts().inProgress).toBe(inside.length);
          await admission.stop();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('calls within the hour', () => {
  test('of one caller; the window slides, and refused calls do not count', async () => {
    const admission = open();
    for (let i = 0; i < 5; i++) {
      expect(await ring(admission, '5550101')).toBe('admitted');
      await pass(600);
    }
    for (let i = 0; i < 4; i++) expect(await ring(admission, '5550101')).toBe('too-often');
    await pass(599);
    expect(await ring(admission, '5550101')).toBe('too-often');
    await pass(1);
    expect(await ring(admission, '5550101')).toBe('admitted');
    expect(await ring(admission, '5550101')).toBe('too-often');
    expect(await ring(admission, '5550102')).toBe('admitted');
  });

  test('of all that withhold their number, together', async () => {
    const admission = open();
    expect((await several(9, () => ring(admission, null))).at(-1)).toBe('too-often');
    expect(await several(1, () => ring(open({ withheldPerHour: 0 }), null))).toEqual(['too-often']);
  });

  test.each(['+1 555 0199', '+1 555 0123'])(
    'do not hold for a trusted telephone, whoever forges it: %s',
    async (trusted) => {
      const admission = open();
      const ends = await several(40, () => ring(admission, trusted));
      expect(new Set(ends)).toEqual(new Set(['admitted']));
    },
  );

  test('hold for the number of a disabled user', async () => {
    await stores.users.change(
      1,
      { disabled: true },
      { at: wallClock, actor: 'system', kind: 'user-disabled' },
    );
    expect((await several(6, () => ring(open(), '5550123'))).at(-1)).toBe('admitted');
    const admission = open();
    expect((await several(6, () => ring(admission, '5550123'))).at(-1)).toBe('too-often');
  });

  test('are not forgotten when the clock is set, and wedge nobody', async () => {
    const admission = open();
    await several(5, () => ring(admission, '5550101'));
    for (const step of [-1e11, 2e11]) {
      wallClock += step;
      expect(await ring(admission, '5550101')).toBe('too-often');
    }
    await pass(3600);
    expect(await ring(admission, '5550101')).toBe('admitted');
  });
});

describe('a flood of numbers that change each time', () => {
  test('lets in so many strangers a minute, and whoever is not a stranger', async () => {
    const admission = open();
    const ends = await several(100, (i) => ring(admission, stranger(i)));
    expect(ends.filter((end) => end === 'admitted')).toHaveLength(20);
    expect(ends.at(-1)).toBe('flood');
    expect(await ring(admission, '5550199')).toBe('admitted');
    expect(await ring(admission, '5550123')).toBe('admitted');
    expect(await ring(admission, null)).toBe('flood');
    await pass(60);
    expect(await ring(admission, stranger(500))).toBe('admitted');
  });

  test('of 100,000 calls costs a handful of rows, and is summed up in full', async () => {
    const admission = open();
    const calls = 100_000;
    for (let i = 0; i < calls; i++) {
      // within two minutes
      steady = i * 1.2;
      if (i === calls / 2) await pass(0);
      await ring(admission, stranger(i));
    }
    await pass(60);
    const { refused } = admission.counts();
    expect(refused.flood).toBeGreaterThan(calls - 60);
    const written = await rows('calls-refused');
    expect(written.length).toBeLessThanOrEqual(12);
    const told = written.map(({ detail }) => Number(detail?.['count'] ?? 1));
    expect(told.reduce((sum, n) => sum + n, 0)).toBe(refused.flood);
    expect(written[0]?.detail).toEqual({
      reason: 'flood',
      count: expect.any(Number) as number,
      callers: 100,
    });
    expect(alarms.length).toBeLessThanOrEqual(3);
  }, 60_000);

  test('is remembered up to 10,000 callers, and whoever is on the line', async () => {
    const admission = open({ perMinute: 1e6, atOnce: 100 });
    await several(2, () => call(admission, '5550101'));
    await several(5, () => ring(admission, '5550102'));
    expect(await ring(admission, '5550102')).toBe('too-often');
    for (let i = 0; i < 25_000; i++) await ring(admission, String(100_000_000 + i));
    expect(await call(admission, '5550101')).toBe('too-many-from-caller');
    // more than that is not kept in memory
    expect(await ring(admission, '5550102')).toBe('admitted');
  }, 60_000);
});

describe('refused calls on record', () => {
  test('the first few of a minute and reason one by one, the others as one', async () => {
    const admission = open();
    await several(2, () => call(admission, '5550101'));
    await several(7, () => call(admission, '5550101'));
    await settled();
    expect((await rows('calls-refused')).map((row) => row.detail)).toEqual(
      Array.from({ length: 3 }, () => ({ reason: 'too-many-from-caller', caller: '15550101' })),
    );
    await pass(60);
    expect((await rows('calls-refused'))[0]?.detail).toEqual({
      reason: 'too-many-from-caller',
      count: 4,
      callers: 1,
    });
    expect(alarms).toEqual([
      ['calls were not answered', { reason: 'too-many-from-caller', count: 4, callers: 1 }],
    ]);
    await pass(600);
    expect(await rows('calls-refused')).toHaveLength(4);
    expect(rings).toEqual([]);
  });

  test('what is due is written when dialgate stops', async () => {
    const admission = open();
    await several(6, () => call(admission, '5550101'));
    await admission.stop();
    expect((await rows('calls-refused'))[0]?.detail).toMatchObject({ count: 1 });
    expect(await rows('calls-refused')).toHaveLength(4);
    expect(rings).toEqual([]);
  });

  test('a store that is away refuses nobody more, admits nobody more, and is told later', async () => {
    const away = () => Promise.reject(new AccessError('store-failed', 'away'));
    let isAway = true;
    const audit = {
      append: (entry: Parameters<Stores['audit']['append']>[0]) =>
        isAway ? away() : stores.audit.append(entry),
    };
    const admission = open({}, { ...stores, audit: { ...stores.audit, ...audit } });
    expect(await several(6, () => call(admission, '5550101'))).toEqual([
      'admitted',
      'admitted',
      ...Array<string>(4).fill('too-many-from-caller'),
    ]);
    await pass(60);
    isAway = false;
    await pass(60);
    expect((await rows('calls-refused')).map((row) => row.detail)).toEqual([
      { reason: 'too-many-from-caller', count: 4, callers: 1 },
    ]);
    isAway = true;
    await call(admission, '5550101');
    await admission.stop();
  });
});

describe('the brake', () => {
  const failOften = (admission: Admission, times = 6): void => {
    for (let i = 0; i < times; i++) admission.failed('guess', stranger(i));
  };

  test('is not pulled by one caller alone, however many knock codes and PINs it tries', async () => {
    for (const caller of ['5550666', '+1 555-0123', null, 'anonymous']) {
      const admission = open();
      for (let i = 0; i < 500; i++) {
        admission.failed(i % 2 === 0 ? 'guess' : 'unknown-code', caller);
        await pass(0.1);
      }
      expect(admission.counts()).toMatchObject({ braking: false, failures: 500 });
      // it has added five: what is missing is one guess of somebody else
      admission.failed('guess', '5550777');
      expect(admission.counts().braking).toBe(true);
    }
  });

  test('takes all that withhold their number for one caller', async () => {
    const admission = open();
    for (let i = 0; i < 100; i++) admission.failed('guess', [null, 'anonymous', ''][i % 3]!);
    expect(admission.counts().braking).toBe(false);
  });

  test('needs ten unknown knock codes for one guess', async () => {
    const admission = open();
    for (let i = 0; i < 59; i++) admission.failed('unknown-code', stranger(i));
    expect(admission.counts().braking).toBe(false);
    admission.failed('unknown-code', stranger(59));
    expect(admission.counts()).toMatchObject({ braking: true, failures: 60 });
  });

  test('lets one caller add to it again when the time is over', async () => {
    const admission = open();
    failOften(admission, 1);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 9; i++) admission.failed('guess', '5550666');
      await pass(60);
    }
    for (let i = 0; i < 9; i++) admission.failed('guess', '5550666');
    failOften(admission, 1);
    expect(admission.counts().braking).toBe(true);
  });

  test('refuses strangers for a while, on record and in the log', async () => {
    const admission = open();
    failOften(admission, 5);
    expect(await ring(admission, stranger(1))).toBe('admitted');
    failOften(admission, 1);
    expect(await ring(admission, stranger(1))).toBe('brake');
    expect(await ring(admission, null)).toBe('brake');
    expect(await ring(admission, '5550199')).toBe('admitted');
    expect(await ring(admission, '5550123')).toBe('admitted');
    expect(admission.counts()).toMatchObject({ braking: true, failures: 6, refused: { brake: 2 } });
    await pass(299);
    expect(await ring(admission, stranger(1))).toBe('brake');
    await pass(1);
    expect(admission.counts().braking).toBe(false);
    expect(await ring(admission, stranger(1))).toBe('admitted');
    expect(await rows('brake-began')).toMatchObject([
      { detail: { failures: 6, within: 60, seconds: 300 } },
    ]);
    expect(await rows('brake-ended')).toHaveLength(1);
    expect(alarms[0]?.[0]).toMatch(/too many failures/);
    expect(cleared).toEqual(['calls from strangers are answered again']);
  });

  test('needs the failures close together', async () => {
    const admission = open();
    for (let i = 0; i < 30; i++) {
      admission.failed('guess', stranger(i));
      await pass(12);
    }
    expect(admission.counts().braking).toBe(false);
  });

  test('is not held on by single failures', async () => {
    const admission = open();
    failOften(admission);
    await pass(30);
    failOften(admission, 1);
    await pass(270);
    expect(admission.counts().braking).toBe(false);
    expect(await ring(admission, stranger(1))).toBe('admitted');
  });

  test('holds on while failures go on, and is told once', async () => {
    const admission = open();
    failOften(admission);
    await pass(200);
    failOften(admission);
    await pass(200);
    expect(admission.counts().braking).toBe(true);
    await pass(100);
    expect(admission.counts().braking).toBe(false);
    expect(await rows('brake-began')).toHaveLength(1);
    failOften(admission);
    await settled();
    expect(await rows('brake-began')).toHaveLength(2);
    expect(await rows('brake-ended')).toHaveLength(1);
  });

  test('ends by the steady clock, though no timer rings and the clock is set', async () => {
    const admission = open();
    failOften(admission);
    wallClock -= 1e11;
    steady += 300_000;
    expect(await ring(admission, stranger(1))).toBe('admitted');
    await settled();
    expect(await rows('brake-ended')).toHaveLength(1);
    expect(rings).toEqual([]);
  });

  test.each([
    ['fails', () => Promise.reject(new AccessError('store-failed', 'away'))],
    ['never answers', () => new Promise<boolean>(() => undefined)],
  ])('takes everybody for a stranger while the store %s, exceptions not', async (_, hasNumber) => {
    const admission = open({}, { ...stores, users: { ...stores.users, hasNumber } });
    failOften(admission);
    const arriving = ring(admission, '5550123');
    await settled();
    await pass(1);
    expect(await arriving).toBe('brake');
    expect(await ring(admission, '5550199')).toBe('admitted');
  });

  test('the store is asked only while it matters', async () => {
    let asked = 0;
    const hasNumber = (number: Parameters<Stores['users']['hasNumber']>[0]) => {
      asked++;
      return stores.users.hasNumber(number);
    };
    const admission = open({}, { ...stores, users: { ...stores.users, hasNumber } });
    await ring(admission, '5550123');
    expect(asked).toBe(0);
    failOften(admission);
    await ring(admission, '5550123');
    await ring(admission, null);
    await ring(admission, '5550199');
    expect(asked).toBe(1);
    // nor where it makes no difference: the house is full
    const full = open({ atOnce: 1 }, { ...stores, users: { ...stores.users, hasNumber } });
    await several(2, () => call(full, '5550123'));
    expect(asked).toBe(1);
  });

  test('leaves no timer behind when dialgate stops', async () => {
    const admission = open();
    failOften(admission);
    await admission.stop();
    expect(rings).toEqual([]);
    expect(await rows('brake-began')).toHaveLength(1);
  });
});
