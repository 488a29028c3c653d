import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digits } from '../../src/ivr/line.ts';
import {
  addressQuestion,
  knockCodeQuestion,
  pinQuestion,
  readBackQuestion,
  shown,
  type Question,
} from '../../src/ivr/questions.ts';
import { parseAddress } from '../../src/domain/address.ts';

const anyKeys = fc
  .array(fc.constantFrom(...digits), { maxLength: 40 })
  .map((keys) => keys.join(''));
const questions: Question<unknown>[] = [
  knockCodeQuestion,
  pinQuestion,
  addressQuestion,
  readBackQuestion(parseAddress('203.0.113.7')!),
];

describe.each(questions.map((q) => [q.name, q] as const))('%s', (_, question) => {
  test('reads any keys without throwing, and reaches an end in bounded length', () => {
    fc.assert(
      fc.property(anyKeys, (keys) => {
        const reading = question.read(keys);
        if (keys.length >= 24) expect(reading.kind).not.toBe('incomplete');
      }),
    );
  });

  test('nothing keyed is never an answer', () => {
    expect(question.read('')).toEqual({ kind: 'incomplete' });
  });

  test('shows as many characters as were keyed, and no secret digit', () => {
    fc.assert(
      fc.property(anyKeys, (keys) => {
        const text = shown(question, keys, true);
        expect(shown(question, keys, false)).not.toMatch(/[0-9]/);
        expect([...text]).toHaveLength(keys.length);
        if (question.secret) expect(text).not.toMatch(/[0-9]/);
      }),
    );
  });
});

const octet = fc.integer({ min: 0, max: 255 });

test('every address reads back as keyed, with stars, with leading zeros, or as twelve digits', () => {
  fc.assert(
    fc.property(octet, octet, octet, octet, (...numbers) => {
      const padded = numbers.map((n) => String(n).padStart(3, '0'));
      const value = { kind: 'complete', value: numbers };
      expect(addressQuestion.read(`${numbers.join('*')}#`)).toEqual(value);
      expect(addressQuestion.read(`${padded.join('*')}#`)).toEqual(value);
      expect(addressQuestion.read(padded.join(''))).toEqual({ ...value, swallow: '#' });
    }),
  );
});

test('no shorter start of an entry is taken for the whole', () => {
  fc.assert(
    fc.property(octet, octet, octet, octet, (...numbers) => {
      const keys = `${numbers.join('*')}#`;
      for (let length = 0; length < keys.length; length++) {
        expect(addressQuestion.read(keys.slice(0, length)).kind).toBe('incomplete');
      }
    }),
  );
});

test('an entry without its # is complete enough only when it could be one', () => {
  expect(addressQuestion.read('203*0*113*7')).toEqual({
    kind: 'incomplete',
    soFar: [203, 0, 113, 7],
  });
  expect(addressQuestion.read('203*0*113')).toEqual({ kind: 'incomplete' });
  expect(pinQuestion.read('471')).toEqual({ kind: 'incomplete' });
  expect(pinQuestion.read('4711')).toEqual({ kind: 'incomplete', soFar: '4711' });
});

test.each([
  '#',
  '*#',
  '203*0*113#',
  '203*0*113*7*1#',
  '2030*1*1*1#',
  '203**113*7#',
  '20300011300#',
])('keys %s are no address', (keys) => {
  expect(addressQuestion.read(keys)).toEqual({ kind: 'invalid' });
});
