import { expect, test } from 'vitest';
import { complaints, dialgate, json, printed } from './command-line.ts';

test('a user is made, listed, disabled, enabled, and given a new PIN', async () => {
  expect(await dialgate('user', 'add', 'anna', '--json')).toBe(0);
  const made = json();
  expect(made.knockCode).toMatch(/^\d+\*\d+\*\d+$/);
  expect(made.pin).toMatch(/^\d{6}$/);
  await dialgate('user', 'disable', 'anna');
  await dialgate('user', 'list');
  expect(printed().at(-1)).toMatch(/anna +disabled +any +none +\(usual\)/);
  await dialgate('user', 'enable', 'anna');
  await dialgate('user', 'reset-pin', 'anna', '--json');
  expect(json().pin).not.toBe(made.pin);
});

test('a user with services of their own opens those, and no unknown ones', async () => {
  expect(await dialgate('user', 'add', 'anna', '--service', 'sip', 'web')).toBe(0);
  expect(await dialgate('user', 'add', 'bert', '--service', 'gopher')).toBe(1);
  expect(complaints()).toMatch(/No such service: gopher\. The helper knows web, sip/);
});

test('a grant is opened, listed and closed', async () => {
  await dialgate('user', 'add', 'anna');
  expect(await dialgate('grant', 'open', 'anna', '203.0.113.7', '--minutes', '90')).toBe(0);
  await dialgate('grant', 'list');
  expect(printed().at(-1)).toMatch(/1 +anna +203\.0\.113\.7 +web .* 1 h (29|30) min/);
  expect(await dialgate('grant', 'close', '1')).toBe(0);
  await dialgate('grant', 'list');
  expect(printed().at(-1)).toBe('No grant is open now.');
  await dialgate('grant', 'list', '--all');
  expect(printed().at(-1)).toMatch(/closed/);
  expect(await dialgate('grant', 'close', '1')).toBe(1);
  expect(complaints()).toMatch(/ended/);
});

test('what was done is on record, by whom', async () => {
  await dialgate('user', 'add', 'anna');
  await dialgate('grant', 'open', 'anna', '203.0.113.7');
  await dialgate('audit');
  expect(printed().at(-1)).toMatch(
    /cli:root +user-created[^]*cli:root +gate-opened +203\.0\.113\.7/,
  );
  await dialgate('audit', '--kind', 'gate-opened', '--json');
  expect(json()).toHaveLength(1);
  expect(await dialgate('audit', '--kind', 'nonsense')).toBe(1);
  await dialgate('calls');
  expect(printed().at(-1)).toBe('There was no call yet.');
});

test('a token is made, listed without its secret, and revoked', async () => {
  await dialgate('token', 'add', 'ops', '--role', 'auditor', '--json');
  const { secret } = json();
  await dialgate('token', 'list');
  expect(printed().at(-1)).toMatch(/ops +auditor/);
  expect(printed().at(-1)).not.toContain(secret);
  expect(await dialgate('token', 'revoke', 'ops')).toBe(0);
  expect(await dialgate('token', 'revoke', 'ops')).toBe(1);
});

test.each([
  [['user', 'disable', 'nobody'], 1, /no user named nobody/],
  [['grant', 'open', 'nobody', '203.0.113.7'], 1, /no user named nobody/],
  [['grant', 'close', '0'], 2, /whole number above 0/],
  [['grant', 'close', '1; DROP TABLE grants'], 2, /whole number above 0/],
  [['token', 'add', 'x', '--role', 'god'], 2, /admin, operator, auditor/],
  [['user', 'add', '../etc/passwd'], 1, /name must be 1 to 64 letters/],
  [['no-such-thing'], 2, /unknown command/],
  [['audit', 'no-such-thing'], 2, /unknown command 'no-such-thing'/],
])('%j ends with %d and says why', async (words, status, why) => {
  expect(await dialgate(...words)).toBe(status);
  expect(complaints()).toMatch(why);
});
