import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/domain/address-rules.ts';
import {
  addressFromNumbers,
  inNetwork,
  parseAddress,
  parseNetwork,
  type Address,
} from '../../src/domain/address.ts';
import { isActive, openingsOf, type Grant } from '../../src/domain/grant.ts';
import { newKnockCode, parseKnockCode } from '../../src/domain/knock-code.ts';
import {
  isLocked,
  lockedUntil,
  noFailures,
  withFailure,
  type LockoutRule,
} from '../../src/domain/lockout.ts';
import { newPin, parsePin } from '../../src/domain/pin.ts';
import { fc } from '../property.ts';

const octet = fc.integer({ min: 0, max: 255 });
const addressOf = (text: string): Address => parseAddress(text)!;

describe('an address', () => {
  test('is four numbers, and reads back as written', () => {
    fc.assert(
      fc.property(octet, octet, octet, octet, (...numbers) => {
        const text = numbers.join('.');
        expect(parseAddress(text)).toBe(text);
        expect(addressFromNumbers(numbers)).toBe(text);
      }),
    );
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.x',
    '::1x',
    '1.2.3.4/32',
    '٣.1.1.1',
    '-1.2.3.4',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('belongs to a network when its first bits agree', () => {
    fc.assert(
      fc.property(
        octet,
        octet,
        octet,
        octet,
        fc.integer({ min: 0, max: 32 }),
        (a, b, c, d, prefix) => {
          const host = addressOf(`${a}.${b}.${c}.${d}`);
          const bits = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
          const base = prefix === 0 ? 0 : (bits & (~0 << (32 - prefix))) >>> 0;
          const text = [base >>> 24, (base >>> 16) & 255, (base >>> 8) & 255, base & 255].join('.');
          expect(inNetwork(host, parseNetwork(`${text}/${prefix}`)!)).toBe(true);
        },
      ),
    );
    expect(inNetwork(addressOf('198.51.101.0'), parseNetwork('198.51.100.0/24')!)).toBe(false);
  });

  test.each(['198.51.100.1/24', '198.51.100.0/33', '198.51.100.0/', '/24', 'a/24', '1.2.3.4/24/1'])(
    'network %s is none',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );

  test.each([
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', undefined],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.128.0.1', undefined],
    ['169.254.1.1', 'private'],
    ['127.0.0.1', 'impossible'],
    ['0.0.0.0', 'impossible'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['203.0.113.7', 'reserved'],
    ['198.51.100.10', 'own'],
    ['198.51.100.11', undefined],
  ])('%s is %s', (text, refusal) => {
    const rules = {
      own: [addressOf('198.51.100.10')],
      alsoAllowed: [parseNetwork('198.51.100.0/24')!],
    };
    expect(refusalOf(addressOf(text), rules)).toBe(refusal);
  });
});

describe('secrets', () => {
  test('a new knock code and PIN are valid, whatever the dice say', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (dice) => {
        const below = (n: number): number => Math.floor(dice * n);
        expect(parseKnockCode(newKnockCode(below))).toBeDefined();
        expect(parsePin(newPin(below))).toBeDefined();
      }),
    );
  });

  test.each(['0*1*2', '1*2', '1*2*3*4', '65536*1*1', '1**2', '*1*2*3', '1*2*3*', '1.2.3', ''])(
    '%s is no knock code',
    (text) => {
      expect(parseKnockCode(text)).toBeUndefined();
    },
  );

  test('leading zeros make no other code', () => {
    expect(parseKnockCode('0233*245*00478')).toBe('233*245*478');
    expect(parseKnockCode('00233*245*478')).toBe('233*245*478');
  });

  test.each(['123', '1234567890123', '12a4', ''])('%s is no PIN', (text) => {
    expect(parsePin(text)).toBeUndefined();
  });
});

describe('lockout', () => {
  const rule: LockoutRule = { forgiven: 3, first: 60, longest: 3600, memory: 86_400 };
  const failed = (times: number, now = 0) =>
    Array.from({ length: times }).reduce<typeof noFailures>(
      (f) => withFailure(f, rule, now),
      noFailures,
    );

  test('forgives a few, then doubles, up to the longest', () => {
    const lengths = [1, 2, 3, 4, 5, 6, 7, 50, 5000].map((n) => lockedUntil(failed(n), rule) / 1000);
    expect(lengths).toEqual([0, 0, 0, 60, 120, 240, 480, 3600, 3600]);
  });

  test('ends by itself, and never lasts longer than the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (n, at) => {
          const failures = failed(n, at);
          expect(isLocked(failures, rule, at + rule.longest * 1000)).toBe(false);
        },
      ),
    );
  });

  test('a clock set back does not lock for longer', () => {
    const failures = failed(4, 1e12);
    expect(isLocked(failures, rule, 1e9)).toBe(false);
    const next = withFailure(failures, rule, 1e9);
    expect(isLocked(next, rule, 1e9)).toBe(true);
    expect(isLocked(next, rule, 1e9 + 120_000)).toBe(false);
  });

  test('old failures are forgotten', () => {
    const failures = withFailure(failed(10, 0), rule, rule.memory * 1000);
    expect(failures.count).toBe(1);
  });
});

describe('grants', () => {
  const hour = 3_600_000;
  const grant = (over: Partial<Grant> = {}): Grant => ({
    id: 1,
    userId: 1,
    userName: 'a',
    address: addressOf('203.0.113.7'),
    services: ['web'],
    openedAt: 0,
    expiresAt: hour,
    callId: null,
    firstPacketAt: null,
    endedAt: null,
    end: null,
    ...over,
  });

  test('add up, an address at a time and a service at a time, to the longest', () => {
    const openings = openingsOf(
      [
        grant(),
        grant({ id: 2, services: ['web', 'sip'], expiresAt: 2 * hour }),
        grant({ id: 3, address: addressOf('203.0.113.8'), expiresAt: hour / 2 }),
        grant({ id: 4, services: ['ssh'], endedAt: 1, end: 'closed' }),
      ],
      1000,
    );
    expect(openings).toEqual([
      {
        address: '203.0.113.7',
        services: [
          { service: 'web', seconds: 7199 },
          { service: 'sip', seconds: 7199 },
        ],
      },
      { address: '203.0.113.8', services: [{ service: 'web', seconds: 1799 }] },
    ]);
  });

  test('whatever the clock does, never give more than was granted', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10 * hour, max: 10 * hour }), (now) => {
        const [opening] = openingsOf([grant()], now);
        // what has less than a second left is not worth a kernel's element
        expect(opening !== undefined).toBe(isActive(grant(), now) && now <= hour - 1000);
        const seconds = opening?.services[0]?.seconds ?? 1;
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(3600);
      }),
    );
  });

  test('a clock set back by more than minutes ends them', () => {
    expect(isActive(grant({ openedAt: hour, expiresAt: 2 * hour }), hour - 299_000)).toBe(true);
    expect(isActive(grant({ openedAt: hour, expiresAt: 2 * hour }), hour - 301_000)).toBe(false);
  });
});
