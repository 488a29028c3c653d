import { expect, test } from 'vitest';
import { unresolved } from '../../src/domain/entry.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

const admission = {
  inProgress: 2,
  refused: { 'too-many-calls': 0, 'too-many-from-caller': 0, 'too-often': 3, flood: 0, brake: 5 },
  braking: false,
  failures: 4,
};

test('the status is 0 and in words when all is well', async () => {
  here().admission = admission;
  await dialgate('user', 'add', 'anna');
  await dialgate('grant', 'open', 'anna', '203.0.113.7');
  await dialgate('host', 'add', 'carrier', 'sip.example.net');
  expect(await dialgate('status')).toBe(0);
  expect(printed().at(-1)?.split('\n')).toEqual([
    'dialgate  0.0.0',
    'asterisk  well',
    'helper    well',
    'database  well',
    'calls     2 going on',
    'refused   3 too-often, 5 brake',
    'brake     off',
    'failures  4',
    'open      1 address',
    'standing  1 entry',
  ]);
  expect(complaints()).toBe('');
});

test('names that are not answered are told, with what to do', async () => {
  for (const name of ['one', 'two']) await dialgate('host', 'add', name, `${name}.example.net`);
  const failing = { ...unresolved, failingSince: 1, failure: 'nobody answers' };
  await here().stores.entries.resolved(2, failing, undefined);
  expect(await dialgate('status')).toBe(0);
  expect(printed().at(-1)).toMatch(
    /^standing +2 entries, 1 with a name that is not answered \(dialgate host list --stale\)$/m,
  );
});

test('the status is 1 when a part is not well, and says why', async () => {
  here().helper = { ok: false, why: 'It is not running.\u001b[2J' };
  expect(await dialgate('status')).toBe(1);
  expect(printed().at(-1)).toMatch(/^helper +not well: It is not running\.\uFFFD\[2J$/m);
  expect(complaints()).toBe('dialgate: Not all is well.\n');
});

test('what does not work as it should where the gate is, is told with its mend', async () => {
  here().warnings = ['The guard is off: enable it.'];
  expect(await dialgate('status')).toBe(0);
  expect(printed().at(-1)).toMatch(/^warning +The guard is off: enable it\.$/m);
});

test('the status is 1 while the brake is on', async () => {
  here().admission = { ...admission, braking: true };
  expect(await dialgate('status')).toBe(1);
  expect(printed().at(-1)).toMatch(/^brake +on: strangers are refused$/m);
  expect(await dialgate('status', '--json')).toBe(1);
  expect(json()).toMatchObject({ ok: false, brake: { on: true, failures: 4 } });
});
