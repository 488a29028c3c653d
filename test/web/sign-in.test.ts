import { expect, it } from 'vitest';
import { barriers, tooWide, useBrowser, visit } from './browser.ts';
import { addUser, furnish } from './sample.ts';

useBrowser();

it('lets a token in, and goes to where one wanted to', async () => {
  const { house, page, context } = await visit({ path: '/entries?find=carrier', furnish });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).searchParams.get('back')).toBe('/entries?find=carrier');

  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Put in your token.').waitFor();
  await page.getByLabel('Token').fill('dialgate_not-a-token');
  await page.keyboard.press('Enter');
  await page.getByText('This is not a live token').waitFor();
  expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('true');

  await page.getByLabel('Token').fill(house.admin);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Entries' }).waitFor();
  expect(page.url()).toBe(`${house.at}/entries?find=carrier`);
  await page.getByText('sip.example.net').waitFor();

  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ name: 'dialgate_session', httpOnly: true, sameSite: 'Strict' });
  // neither the token nor the session is where a script could find it
  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerHTML])',
  );
  expect(kept).not.toContain(house.admin);
  expect(kept).not.toContain(cookie?.value);
});

it('leads nowhere but back into the page', async () => {
  const { house, page } = await visit({ path: '/sign-in?back=//192.0.2.1/elsewhere' });
  await page.getByLabel('Token').fill(house.auditor);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  expect(page.url()).toBe(`${house.at}/now`);
});

it('takes away with the session what it was told', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: (house) => addUser(house, 'mira').then(() => undefined),
    mayComplain: /status of 401/,
  });
  await house.rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:local');
  await page.getByRole('button', { name: 'Close 203.0.113.7 of mira' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').fill(house.auditor);
  expect(await page.getByText('Closed 203.0.113.7').count()).toBe(0);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
});

it('signs out, and the session is worth nothing afterwards', async () => {
  const { page } = await visit({ as: 'admin', mayComplain: /status of 401/ });
  const before = await page.context().cookies();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.context().addCookies(before);
  expect((await page.request.get('/v1/session')).status()).toBe(401);
  await page.goto('/now');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

it('a session that has ended leads to the sign-in and back to where one was', async () => {
  const { house, page } = await visit({
    as: 'admin',
    path: '/entries?find=office',
    furnish,
    mayComplain: /status of 401/,
  });
  await page.getByText('198.51.100.0/24').waitFor();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Change office' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('Token').fill(house.admin);
  await page.keyboard.press('Enter');
  await page.getByText('198.51.100.0/24').waitFor();
  expect(page.url()).toBe(`${house.at}/entries?find=office`);
});

it('says of a mistyped address that there is no such page, and leads to those there are', async () => {
  const { house, page } = await visit({
    as: 'operator',
    path: '/histroy',
    mayComplain: /status of 404/,
  });
  const heading = page.getByRole('heading', { name: 'There is no such page' });
  await heading.waitFor();
  expect(await page.title()).toBe('There is no such page · dialgate');
  await page.getByText('Nothing is at /histroy.').waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole('main').getByRole('link', { name: 'History' }).click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  expect(page.url()).toBe(`${house.at}/history`);
});

it('a token that is revoked ends the session without anybody doing anything', async () => {
  const { house, page } = await visit({ as: 'operator', mayComplain: /status of 401/ });
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  await house.rules.revokeToken('night-shift', 'cli:local', { last: false });
  await page.getByText('Your session has ended.').waitFor({ timeout: 25_000 });
});

it.each([
  ['light', {}],
  ['dark', { dark: true }],
  ['small', { width: 360, height: 740 }],
] as const)('has no barriers: %s', async (_, wanted) => {
  const { page } = await visit({ path: '/sign-in', ...wanted });
  await page.getByLabel('Token').waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(await tooWide(page)).toBe(false);
});
