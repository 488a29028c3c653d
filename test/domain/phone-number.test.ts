import { describe, expect, test } from 'vitest';
import {
  notationsOf,
  parsePhoneNumber,
  writtenNumber,
  type Dialling,
} from '../../src/domain/phone-number.ts';
import { fc } from '../property.ts';

const plan = (country: string, international: string, trunk: string): Dialling => ({
  country,
  international,
  trunk,
});
const unknown = plan('', '00', '');
const plans: Readonly<Record<string, Dialling>> = {
  'not configured': unknown,
  'not configured, but for the trunk prefix': plan('', '00', '0'),
  'country 49': plan('49', '00', '0'),
  'country 39, where the 0 belongs to the number': plan('39', '00', ''),
  'country 45': plan('45', '00', ''),
  'country 7, whose trunk prefix is a country’s code elsewhere': plan('7', '810', '8'),
  'country 81, with a longer prefix': plan('81', '010', '0'),
  'North America': plan('1', '011', '1'),
  'North America, without the trunk prefix': plan('1', '011', ''),
};

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });

/** Digits, often with what is easily taken for a prefix in front. */
const presented = ({ country, international, trunk }: Dialling): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom('+', '0', '00', country, international, trunk), { maxLength: 3 }),
      digits(1, 12),
    )
    .map(([prefixes, rest]) => prefixes.join('') + rest);

/** All that may be written for one number. */
function forms(number: string, { country, international, trunk }: Dialling): string[] {
  if (number.length <= 6) return [number];
  const within = number.startsWith(country) ? number.slice(country.length) : undefined;
  return [
    `+${number}`,
    ...(international ? [international + number] : []),
    // complete but for the +
    ...(within !== undefined && (country === '' || trunk !== '') ? [number] : []),
    ...(within !== undefined && country !== '' ? [trunk + within] : []),
    ...(within !== undefined && country !== '' && trunk === country ? [within] : []),
  ];
}

describe.each(Object.entries(plans))('a telephone number, %s', (_name, dialling) => {
  const read = (text: string): string | undefined => parsePhoneNumber(text, dialling);

  test('is read from nothing but its own forms: no two telephones become one', () => {
    fc.assert(
      fc.property(presented(dialling), (text) => {
        const number = read(text);
        if (number === undefined) return;
        expect(number).toMatch(/^[0-9]{1,15}$/);
        expect(forms(number, dialling)).toContain(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('stays itself abroad', () => {
    fc.assert(
      fc.property(fc.constantFrom(...'123456789'), digits(6, 14), (first, rest) => {
        const number = first + rest;
        expect(read(`+${number}`)).toBe(number);
        expect(read(dialling.international + number)).toBe(number);
      }),
    );
  });

  test('is one number within the country, too, whichever way it is written', () => {
    const { country, international, trunk } = dialling;
    // where no country is configured, a trunk prefix is a digit like any other
    const before = country === '' ? '' : trunk;
    fc.assert(
      fc.property(fc.constantFrom(...'23456789'), digits(6, 10), (first, rest) => {
        const number = country + first + rest;
        for (const form of [`+${number}`, international + number, before + first + rest]) {
          expect(read(form)).toBe(number);
        }
      }),
    );
  });

  test('is found under each of its notations, and under no other', () => {
    fc.assert(
      fc.property(presented(dialling), (text) => {
        const number = parsePhoneNumber(text, dialling);
        if (number === undefined) return;
        const notations = notationsOf(number, dialling);
        expect(notations).toContain(text);
        expect(notations.map(read)).toEqual(notations.map(() => number));
      }),
      { numRuns: 2000 },
    );
  });

  test('is read again as it is shown', () => {
    fc.assert(
      fc.property(presented(dialling), (text) => {
        const number = parsePhoneNumber(text, dialling);
        if (number !== undefined) expect(read(writtenNumber(number))).toBe(number);
      }),
    );
  });
});

test.each([
  ['country 49', '0555 0123', '495550123'],
  ['country 49', '+49 (555) 01-23', '495550123'],
  ['country 49', '0049.555.0123', '495550123'],
  ['country 49', '49 5550 123', '495550123'],
  ['country 49', '+1 555 0123', '15550123'],
  // abroad without its +, or at home without its trunk prefix
  ['country 49', '15550123', undefined],
  ['country 39, where the 0 belongs to the number', '0555 0123', '3905550123'],
  ['country 39, where the 0 belongs to the number', '393 5550123', '393935550123'],
  ['North America', '555-0123', '15550123'],
  ['North America', '1 555-0123', '15550123'],
  ['North America', '011 49 555 0123', '495550123'],
  ['not configured', '5550119', '5550119'],
  ['not configured', '+15550123', '15550123'],
  ['not configured', '15550123', '15550123'],
  ['not configured, but for the trunk prefix', '0305550123', '0305550123'],
  ['not configured, but for the trunk prefix', '+305550123', '305550123'],
])('%s: %s is read as %s', (name, text, number) => {
  expect(parsePhoneNumber(text, plans[name]!)).toBe(number);
});

test('an extension is what it is, and no international number', () => {
  for (const dialling of Object.values(plans)) {
    for (const text of ['7', '201', '001234', '015550', '495550']) {
      expect(parsePhoneNumber(text, dialling)).toBe(text);
      expect(parsePhoneNumber(`+${text}`, dialling)).toBeUndefined();
    }
  }
  expect(parsePhoneNumber('0049201', plans['country 49']!)).toBeUndefined();
});

test.each([
  '',
  '+',
  'anonymous',
  '555x0123',
  '5550123;ext=7',
  '1+5550123',
  '++15550123',
  '+0155501234',
  '00 0155 501234',
  '٥٥٥٠١٢٣',
  '+1234567890123456',
  '1234567890123456',
])('%j is no number', (text) => {
  expect(parsePhoneNumber(text, unknown)).toBeUndefined();
});
