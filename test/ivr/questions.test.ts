import { describe, expect, test } from 'vitest';
import { digits } from '../../src/ivr/line.ts';
import { parseAddress } from '../../src/domain/address.ts';
import { shown, type Question } from '../../src/ivr/question.ts';
import {
  addressQuestion as addressOrPair,
  closeOldestQuestion,
  closeWhichQuestion,
  knockCodeQuestion,
  menuQuestion,
  oneTimeCodeQuestion,
  pairedQuestion,
  pairingQuestion,
  pinQuestion,
  readBackQuestion,
  replaceNumberQuestion,
} from '../../src/ivr/questions.ts';
import { fc } from '../property.ts';

const here = parseAddress('203.0.113.7')!;
const addressQuestion = addressOrPair(false);

const anyKeys = fc
  .array(fc.constantFrom(...digits), { maxLength: 40 })
  .map((keys) => keys.join(''));
const questions: Question<unknown>[] = [
  knockCodeQuestion(3),
  pinQuestion,
  oneTimeCodeQuestion,
  addressQuestion,
  addressOrPair(true),
  readBackQuestion(here),
  replaceNumberQuestion(2, 0),
  pairedQuestion(here),
  pairingQuestion({ name: 'pair-port', port: 50_000 }),
  closeOldestQuestion(here),
  closeWhichQuestion(here, 60),
  menuQuestion,
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
        const reading = question.read(keys);
        const text = shown(question, keys, reading.kind === 'complete' ? reading.value : undefined);
        expect(shown(question, keys, undefined)).not.toMatch(/[0-9]/);
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

test('a language is chosen with a star, and only one that is offered', () => {
  const question = knockCodeQuestion(2);
  const chosen = { kind: 'complete', value: { language: 2 }, swallow: '#' };
  expect(question.read('*2')).toEqual(chosen);
  expect(question.read('*3')).toEqual({ kind: 'invalid' });
  expect(question.read('*')).toEqual({ kind: 'incomplete' });
  expect(knockCodeQuestion(1).read('2*2*2#')).toEqual({ kind: 'complete', value: '2*2*2' });
});

test('0 and # ask to be recognised only where that is to be had', () => {
  expect(addressOrPair(true).read('0#')).toEqual({ kind: 'complete', value: 'pair' });
  expect(addressOrPair(true).read('0')).toEqual({ kind: 'incomplete', soFar: 'pair' });
  expect(addressOrPair(false).read('0')).toEqual({ kind: 'incomplete' });
  expect(addressOrPair(false).read('0#')).toEqual({ kind: 'invalid' });
});

test('one number of the address is named by 3 and its position', () => {
  const question = readBackQuestion(here);
  expect(question.read('3')).toEqual({ kind: 'incomplete' });
  expect(question.read('34')).toEqual({ kind: 'complete', value: { replace: 4 }, swallow: '#' });
  expect(question.read('35')).toEqual({ kind: 'invalid' });
  expect(question.read('30')).toEqual({ kind: 'invalid' });
});

test('the number that takes its place ends with # or with its third digit', () => {
  const question = replaceNumberQuestion(2, 0);
  expect(question.read('7#')).toEqual({ kind: 'complete', value: 7 });
  expect(question.read('007')).toEqual({ kind: 'complete', value: 7, swallow: '#' });
  expect(question.read('7')).toEqual({ kind: 'incomplete', soFar: 7 });
  expect(question.read('#')).toEqual({ kind: 'invalid' });
  expect(question.read('7*')).toEqual({ kind: 'incomplete' });
});
