import { expect, test } from 'vitest';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

test('where nobody is to be told, that is said', async () => {
  expect(await dialgate('notify', 'test')).toBe(0);
  expect(printed()).toEqual([
    'Nobody is to be told: there is neither a webhook nor an administrator in "notify".',
  ]);
  const [row] = await here().stores.audit.list({ limit: 1 });
  expect(row).toMatchObject({ kind: 'notification-tested', actor: 'cli:root' });
});

test('the queue is listed, all of it or what fails', async () => {
  for (const words of [[], ['--failed'], ['--waiting'], ['--all'], ['--all', '--failed']]) {
    expect(await dialgate('notify', 'list', ...words, '--json')).toBe(0);
    expect(json()).toEqual([]);
  }
  expect(await dialgate('notify', 'list')).toBe(0);
  expect(printed()).toEqual(['MADE  KIND  RECEIVER  STATE  TRIES  WHY']);
});

test('a user’s e-mail address is set, shown and taken away, and is not on record', async () => {
  expect(await dialgate('user', 'add', 'mira', '--email', 'mira@example.net', '--json')).toBe(0);
  expect((json() as { user: object }).user).toMatchObject({ email: 'mira@example.net' });
  expect(await dialgate('user', 'change', 'mira', '--email', 'new@example.net')).toBe(0);
  expect(printed().at(-1)).toMatch(/^told by e-mail +new@example\.net$/m);
  expect(await dialgate('user', 'change', 'mira', '--no-email')).toBe(0);
  expect(printed().at(-1)).toMatch(/^told by e-mail +-$/m);
  expect(await dialgate('user', 'change', 'mira', '--email', 'mira@@example.net')).toBe(2);
  expect(complaints()).toContain('An e-mail address is written such as mira@example.net.');
  const rows = await here().stores.audit.list({ limit: 10 });
  expect(rows.map(({ detail }) => detail?.['email'])).toEqual(['none', 'set', 'set']);
});
