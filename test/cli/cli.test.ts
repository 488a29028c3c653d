import { expect, test } from 'vitest';
import { auditKinds } from '../../src/domain/attempt.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

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
    /cli:root +user-created +anna +-[^]*cli:root +gate-opened +anna +203\.0\.113\.7/,
  );
  await dialgate('audit', '--kind', 'gate-opened', '--json');
  expect(json()).toHaveLength(1);
  await dialgate('calls');
  expect(printed().at(-1)).toBe('There was no call yet.');
});

test('the record is asked by the name of a user, also of one who was removed', async () => {
  for (const name of ['anna', 'bert']) await dialgate('user', 'add', name);
  await dialgate('user', 'remove', 'anna');
  await dialgate('audit', '--user', 'anna');
  expect(printed().at(-1)).toMatch(
    /^SEQ .*\n1 .* user-created +anna +- .*\n\d+ .* user-removed +anna +- .*$/,
  );
  await dialgate('audit', '--user', 'bert', '--json');
  expect(json()).toMatchObject([{ kind: 'user-created', userId: 2 }]);
  expect(await dialgate('audit', '--user', 'otto')).toBe(1);
  expect(complaints()).toMatch(/no user named otto, and the record has none of that name/);
  expect(await dialgate('audit', '--user', 'a b')).toBe(2);
  const spans: unknown[] = [];
  const exporting = async (span: unknown): Promise<void> => void spans.push(span);
  here().audit = { ...here().audit, export: exporting };
  expect(await dialgate('audit', 'export', '--user', 'anna', '--kind', 'user-removed')).toBe(0);
  expect(spans).toEqual([{ userId: 1, kind: 'user-removed' }]);
});

test.each([
  ['gate-open', 'gate-opened, gate-used, gate-closed'],
  ['opened', 'gate-opened'],
  ['lockuot-began', 'lockout-began, call-began, brake-began'],
  ['Pin_Reset', 'pin-reset, knock-code-reset'],
  ['xyzzy', undefined],
])('of a kind %s that there is not, the nearest are named: %s', async (typed, near) => {
  expect(await dialgate('audit', '--kind', typed)).toBe(2);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  expect(complaints()).toContain(`There is no such kind.${meant} "dialgate audit kinds"`);
  expect(complaints().length).toBeLessThan(300);
});

test('all kinds are listed', async () => {
  await dialgate('audit', 'kinds');
  expect(printed().at(-1)?.split('\n')).toEqual([...auditKinds]);
  await dialgate('audit', 'kinds', '--json');
  expect(json()).toEqual([...auditKinds]);
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
