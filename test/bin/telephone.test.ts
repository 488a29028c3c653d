import { expect, it } from 'vitest';
import { languageFor } from '../../src/bin/telephone.ts';

it.each([
  ['200', 'de'],
  ['100', 'en'],
  ['constructor', 'en'],
  ['__proto__', 'en'],
  ['', 'en'],
])('a call to %j begins in %s', (dialled, language) => {
  expect(languageFor(dialled, { by_number: { '200': 'de' }, language: 'en' })).toBe(language);
});
