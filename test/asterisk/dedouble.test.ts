import { describe, expect, test } from 'vitest';
import { isEcho, type KeyEnd } from '../../src/asterisk/dedouble.ts';
import { fc } from '../property.ts';

/** Keys as a finger makes them: each begins after the one before was let go. */
const keyed = fc
  .array(
    fc.record({
      digit: fc.constantFrom(...'0123456789*#'),
      gap: fc.integer({ min: 0, max: 500 }),
      duration: fc.integer({ min: 20, max: 400 }),
    }),
    { maxLength: 40 },
  )
  .map((presses) => {
    let now = 1_000_000;
    return presses.map(({ digit, gap, duration }): KeyEnd => {
      now += gap + duration;
      return { digit, at: now, duration };
    });
  });

function withoutEchoes(keys: readonly KeyEnd[]): string {
  const own: KeyEnd[] = [];
  for (const key of keys) if (!isEcho(own.at(-1), key)) own.push(key);
  return own.map((key) => key.digit).join('');
}

describe('echoes of keys', () => {
  test('no key that a finger can make is taken for an echo', () => {
    fc.assert(
      fc.property(keyed, (keys) => {
        expect(withoutEchoes(keys)).toBe(keys.map((key) => key.digit).join(''));
      }),
    );
  });

  test('any key reported twice within its own length counts once', () => {
    const lag = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(keyed, lag, (keys, part) => {
        const doubled = keys.flatMap((key) => [
          key,
          { ...key, at: key.at + Math.floor(part * (key.duration - 1)) },
        ]);
        expect(withoutEchoes(doubled)).toBe(keys.map((key) => key.digit).join(''));
      }),
    );
  });

  test('another digit is never an echo', () => {
    expect(
      isEcho({ digit: '1', at: 100, duration: 50 }, { digit: '2', at: 101, duration: 50 }),
    ).toBe(false);
  });

  test('a clock set back does not swallow a digit', () => {
    expect(
      isEcho({ digit: '1', at: 5000, duration: 50 }, { digit: '1', at: 1000, duration: 50 }),
    ).toBe(false);
  });
});
