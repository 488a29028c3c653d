import { expect, it } from 'vitest';
import { isEmail } from '../../src/domain/email.ts';

it.each([
  'mira@example.net',
  'm@localhost',
  "o'neil+gate.x@mail-1.example.net",
  `${'a'.repeat(64)}@example.net`,
])('%s is an e-mail address', (text) => {
  expect(isEmail(text)).toBe(true);
});

it.each([
  '',
  'mira',
  '@example.net',
  'mira@',
  'mira@@example.net',
  '.mira@example.net',
  'mi..ra@example.net',
  'mira@-example.net',
  'mira@example..net',
  'mira@example.net\n',
  'mira@example.net\r\nBcc: eve@example.net',
  'mira@example.net,eve@example.net',
  '<mira@example.net>',
  'Mira <mira@example.net>',
  '"mira eve"@example.net',
  'mira eve@example.net',
  'mïra@example.net',
  'mira@[127.0.0.1]',
  `${'a'.repeat(65)}@example.net`,
  `a@${'b.'.repeat(130)}net`,
])('%j is none', (text) => {
  expect(isEmail(text)).toBe(false);
});

it('is told in no time of what is made to take long', () => {
  const began = performance.now();
  for (const text of [`${'a.'.repeat(50_000)}@`, `a@${'a-'.repeat(50_000)}`, '@'.repeat(100_000)]) {
    expect(isEmail(text)).toBe(false);
  }
  expect(isEmail(`a@${'a-'.repeat(120)}!`)).toBe(false);
  expect(performance.now() - began).toBeLessThan(500);
});
