import { describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/access/secrets.ts';
import { parseOneTimeCode } from '../../src/domain/one-time-code.ts';
import { code, knockCode, pin, secrets } from './door.ts';

const others = createSecrets(Buffer.alloc(32, 8));

test('a PIN hash that cannot be read fits nothing and throws nothing', async () => {
  for (const hash of ['', 'scrypt', 'scrypt$1$1$1$$', '$$$$$$', secrets.fitsNobody]) {
    expect(await secrets.verifyPin(pin, hash)).toBe(false);
  }
});

test('another key file makes other lookups and other hashes', async () => {
  const oneTime = parseOneTimeCode('12345678')!;
  expect(others.knockCodeLookup(code)).not.toBe(secrets.knockCodeLookup(code));
  expect(others.sheetCodeLookup(1, oneTime)).not.toBe(secrets.sheetCodeLookup(1, oneTime));
  expect(others.lotOf(code)).not.toBe(secrets.lotOf(code));
  expect(await others.verifyPin(pin, await secrets.hashPin(pin))).toBe(false);
  expect(() => createSecrets(Buffer.alloc(31))).toThrow(RangeError);
});

test('the same code on two sheets has two lookups, and none is found as a knock code', () => {
  const oneTime = parseOneTimeCode('12345678')!;
  expect(secrets.sheetCodeLookup(1, oneTime)).not.toBe(secrets.sheetCodeLookup(2, oneTime));
  // 1 with 12345678 and 11 with 2345678 must not run together
  expect(secrets.sheetCodeLookup(1, oneTime)).not.toBe(
    secrets.sheetCodeLookup(11, parseOneTimeCode('2345678')!),
  );
  expect(secrets.sheetCodeLookup(1, oneTime)).toMatch(/^[0-9a-f]{64}$/);
});

test('lots lie between 0 and 1, evenly', () => {
  const lots = Array.from({ length: 400 }, (_, i) => secrets.lotOf(knockCode(`${i + 1}*2*3`)));
  expect(lots.every((lot) => lot >= 0 && lot < 1)).toBe(true);
  expect(lots.filter((lot) => lot < 0.5).length).toBeGreaterThan(150);
  expect(lots.filter((lot) => lot >= 0.5).length).toBeGreaterThan(150);
});

describe('what is sealed', () => {
  const mine = { purpose: 'totp', userId: 7 } as const;

  test('opens for the same user under the same key, and is never the same twice', () => {
    const sealed = secrets.seal('a secret', mine);
    expect(sealed).not.toContain('a secret');
    expect(secrets.open(sealed, mine)).toBe('a secret');
    expect(secrets.seal('a secret', mine)).not.toBe(sealed);
    expect(secrets.open(secrets.seal('', mine), mine)).toBe('');
  });

  test('opens for nobody else, and under no other key', () => {
    const sealed = secrets.seal('a secret', mine);
    expect(secrets.open(sealed, { ...mine, userId: 8 })).toBeUndefined();
    expect(secrets.open(sealed, { ...mine, purpose: 'other' as 'totp' })).toBeUndefined();
    expect(others.open(sealed, mine)).toBeUndefined();
  });

  test('does not open when a single bit of it was altered, or a part of it is missing', () => {
    const parts = secrets.seal('a secret', mine).split('$');
    for (let part = 1; part < parts.length; part++) {
      const bytes = Buffer.from(parts[part]!, 'base64');
      for (let bit = 0; bit < bytes.length * 8; bit += 5) {
        const altered = Buffer.from(bytes);
        altered[bit >> 3]! ^= 1 << (bit & 7);
        const text = parts.with(part, altered.toString('base64')).join('$');
        expect(secrets.open(text, mine)).toBeUndefined();
      }
      const shortened = parts.with(part, bytes.subarray(0, 4).toString('base64')).join('$');
      expect(secrets.open(shortened, mine)).toBeUndefined();
    }
    for (const text of ['', '$', '$$$', 'aes-256-gcm', parts.slice(0, 3).join('$'), 'x$y$z$w']) {
      expect(secrets.open(text, mine)).toBeUndefined();
    }
  });
});
