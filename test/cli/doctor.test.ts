import { expect, test } from 'vitest';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

test('findings are shown with their mends; the status is 0 while nothing is bad', async () => {
  here().findings = [
    { level: 'ok', what: 'nft is there.', mend: null },
    { level: 'warn', what: 'The clock\u001b[2J is wrong.', mend: 'Set it.' },
  ];
  expect(await dialgate('doctor')).toBe(0);
  expect(printed()).toEqual([
    'ok     nft is there.',
    'warn   The clock\uFFFD[2J is wrong.\n       → Set it.',
  ]);
  expect(complaints()).toBe('');
});

test('the status is 1 when something is bad', async () => {
  here().findings = [{ level: 'bad', what: 'nft is missing.', mend: 'Install it.' }];
  expect(await dialgate('doctor', '--json')).toBe(1);
  expect(json()).toEqual(here().findings);
  expect(complaints()).toBe('dialgate: 1 of these must be mended.\n');
});
