import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { barriers, tooWide, useBrowser, visit, type Wanted } from './browser.ts';
import type { PageHouse } from './page-house.ts';
import { addFailures, addPeople } from './past.ts';

useBrowser();

/** A busy machine takes its time. */
const soon = <Value>(what: () => Value) => expect.poll(what, { timeout: 8000 });

const furnish = async (house: PageHouse): Promise<void> => {
  await addPeople(house);
  await addFailures(house, Date.now());
  await house.rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:local');
};
const people = (path: string, wanted: Wanted = {}) =>
  visit({ as: 'admin', stillness: true, furnish, path, ...wanted });

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
const secret = (page: Page, name: string) =>
  page.locator(`output[aria-label="${name}"]`).textContent();

/** Everything that the browser would still have tomorrow, or shows now. */
const kept = (page: Page): Promise<string> =>
  page.evaluate<string>(
    `JSON.stringify([
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input,textarea')].map((field) => field.value),
      history.state, location.href, document.title, { ...localStorage }, { ...sessionStorage },
    ])`,
  );

describe('the list of users', () => {
  it('shows what each may, has open and is kept from', async () => {
    const { page } = await people('/people');
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
    await row('mira').getByText('May call').waitFor();
    await row('tomas').getByText('Locked out').waitFor();
    await row('anna').getByText('Disabled').waitFor();
    expect(await row('mira').getByRole('cell').nth(2).textContent()).toBe('1');
    await row('ines').getByText('They are phoned back').waitFor();
    await row('ines').getByText('+495550123').waitFor();
  });

  it('is searched by letters and digits, and what was searched survives a reload', async () => {
    const { page } = await people('/people');
    await page.getByLabel('Find a user').fill('4955');
    await page.getByRole('link', { name: 'ines' }).waitFor();
    await page.getByRole('link', { name: 'mira', exact: true }).waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('link', { name: 'ines' }).waitFor();
    expect(await page.getByLabel('Find a user').inputValue()).toBe('4955');
  });
});

describe('a new user', () => {
  it('is made, their secrets are shown once, and nothing is left of them', async () => {
    const { page, house } = await people('/people');
    await press(page, 'New user');
    await page.getByLabel('Name', { exact: true }).fill('lena');
    await page.getByLabel('E-mail').fill('lena@example.net');
    await page.getByLabel('Their telephones').fill('+49 555 0198');
    await page.getByLabel('May call from').selectOption('listed');
    await page.getByLabel('Language of the call').selectOption('es');
    await page.getByLabel('web').check();
    await press(page, 'Make the user');
    const knockCode = (await secret(page, 'Knock code')) ?? '';
    const pin = (await secret(page, 'PIN')) ?? '';
    expect(knockCode).toMatch(/^\d+\*\d+\*\d+$/);
    expect(pin).toMatch(/^\d{6,}$/);
    expect(await kept(page)).toContain(pin);
    await press(page, 'I have kept it');
    await page.getByRole('link', { name: 'lena', exact: true }).waitFor();
    const after = await kept(page);
    expect(after).not.toContain(knockCode);
    expect(after).not.toContain(pin);
    expect(await house.rules.user('lena')).toMatchObject({
      email: 'lena@example.net',
      numbers: ['495550198'],
      callerPolicy: 'listed',
      language: 'es',
      services: ['web'],
    });
  });

  it('that cannot be is refused in the dialog, beside the field', async () => {
    const { page } = await people('/people', { mayComplain: /status of 4/ });
    await press(page, 'New user');
    const field = page.getByLabel('Name', { exact: true });
    // who types at once types the name
    await page.keyboard.type('so bad a name');
    expect(await field.inputValue()).toBe('so bad a name');
    await press(page, 'Make the user');
    await page
      .getByText(/must be 1 to 64 letters/)
      .first()
      .waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('The request is malformed').count()).toBe(0);
    await field.fill('mira');
    await press(page, 'Make the user');
    await page.getByRole('dialog').getByText(/mira/).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('is copied by a button, where the browser lets one', async () => {
    const { page, context } = await people('/people?user=mira');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page, 'New PIN');
    await press(page, 'Make a new PIN');
    const pin = await secret(page, 'PIN');
    await press(page, 'Copy: PIN');
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(pin);
  });
});

describe('a user', () => {
  it('is changed on what was seen: who comes second is told so, and looks again', async () => {
    const { page, house } = await people('/people?user=mira', { mayComplain: /status of 412/ });
    await press(page, 'Change');
    await page.getByLabel('Language of the call').selectOption('en');
    // somebody else, at the same time; the open form has the user as they were
    await house.rules.changeUser('mira', { pairing: 'knock-code' }, 'cli:local');
    await page.getByLabel('E-mail').fill('new@example.net');
    await press(page, 'Save');
    await page
      .getByRole('dialog')
      .getByText(/changed since you looked/)
      .waitFor();
    await press(page, 'Cancel');
    await page.getByText('The three numbers of the knock code').waitFor();
    await press(page, 'Change');
    await page.getByLabel('E-mail').fill('new@example.net');
    await press(page, 'Save');
    await page.getByText('new@example.net').waitFor();
    expect(await house.rules.user('mira')).toMatchObject({
      email: 'new@example.net',
      language: 'es',
      pairing: 'knock-code',
    });
  });

  it('is disabled and enabled, and what they had open is closed', async () => {
    const { page, house } = await people('/people?user=mira');
    await page.getByText('203.0.113.7').waitFor();
    await press(page, 'Disable');
    await page
      .getByRole('dialog')
      .getByText(/what they have open is closed/)
      .waitFor();
    expect((await house.rules.user('mira')).disabled).toBe(false);
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Nothing is open.').waitFor();
    await press(page, 'Enable');
    await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
    await page.getByText('May call', { exact: true }).waitFor();
    expect((await house.rules.user('mira')).disabled).toBe(false);
  });

  it('is removed for good, when it was said twice', async () => {
    const { page } = await people('/people?user=otto');
    await press(page, 'Remove');
    await press(page, 'Cancel');
    await press(page, 'Remove');
    await press(page, 'Remove for good');
    await page.getByText('otto was removed.').waitFor();
    await page.getByRole('link', { name: 'mira', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'otto', exact: true }).count()).toBe(0);
  });

  it('gets a new knock code', async () => {
    const { page } = await people('/people?user=mira');
    await press(page, 'New knock code');
    await press(page, 'Make a new knock code');
    const code = (await secret(page, 'Knock code')) ?? '';
    expect(code).toMatch(/^\d+\*\d+\*\d+$/);
    // a slip must not lose what cannot be had again; the second Escape is another way in browsers
    for (let slip = 0; slip < 3; slip++) await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Close this dialog' }).count()).toBe(0);
    expect(await page.locator('dialog:modal').count()).toBe(1);
    expect(await secret(page, 'Knock code')).toBe(code);
    await press(page, 'I have kept it');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await kept(page)).not.toContain(code);
  });

  it('gets an authenticator, shown once with its QR code, and loses it again', async () => {
    const { page, house } = await people('/people?user=mira');
    await press(page, 'Authenticator app');
    await press(page, 'Set it up');
    await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
    const text = (await secret(page, 'Secret, to type where no camera is')) ?? '';
    expect(text).toMatch(/^[A-Z2-7]{16,}$/);
    await press(page, 'I have kept it');
    await page.getByText('Authenticator app', { exact: true }).first().waitFor();
    expect(await kept(page)).not.toContain(text);
    expect((await house.rules.user('mira')).secondFactor).toBe('totp');
    await press(page, 'No second factor');
    await press(page, 'Take it away');
    await page.getByText('PIN alone').waitFor();
  });

  it('gets a sheet of codes, which is printed alone', async () => {
    const { page } = await people('/people?user=mira');
    await press(page, 'Sheet of codes');
    await press(page, 'Make the sheet');
    await page.getByText('Single-use codes of mira').waitFor();
    expect(await page.locator('.code-sheet li').count()).toBe(20);
    const first = (await page.locator('.code-sheet code').first().textContent()) ?? '';
    await page.evaluate("document.documentElement.dataset.theme = 'dark'");
    await page.emulateMedia({ media: 'print' });
    const ink = (): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.querySelector('.code-sheet code')).color");
    await soon(ink).toBe('rgb(17, 17, 17)');
    expect(await page.getByText('Single-use codes of mira').isVisible()).toBe(true);
    for (const hidden of ['I have kept it', 'Sign out']) {
      expect(await page.getByRole('button', { name: hidden }).isVisible()).toBe(false);
    }
    await page.emulateMedia({ media: 'screen' });
    await press(page, 'I have kept it');
    await page.getByText('Printed sheet, 20 left').waitFor();
    expect(await kept(page)).not.toContain(first);
  });

  it('is shown as it is to those who may change nothing', async () => {
    const { page } = await people('/people?user=mira', { as: 'operator' });
    await page.getByText('203.0.113.7').waitFor();
    for (const name of ['Change', 'New PIN', 'Remove', 'Forget them', 'Travel card']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
  });
});

describe('lockouts', () => {
  it('are seen, and forgotten one by one', async () => {
    const { page, house } = await people('/people?show=lockouts');
    await page.getByText('tomas, from +15550142').waitFor();
    await press(page, 'Forget: +445550142');
    await press(page, 'Forget them');
    await page.getByText('Forgotten: +445550142.').waitFor();
    await page.getByRole('cell', { name: '+445550142' }).waitFor({ state: 'hidden' });
    expect((await house.stores.lockouts.list()).map(({ subject }) => subject)).toEqual([
      'user:2/caller:15550142',
      'user:1',
    ]);
  });

  it('of a user are forgotten all together', async () => {
    const { page } = await people('/people?user=tomas');
    await page.getByText('Locked out').waitFor();
    await press(page, 'Forget them');
    await page.getByRole('dialog').getByRole('button', { name: 'Forget them' }).click();
    await page.getByText('May call', { exact: true }).waitFor();
    expect(await page.getByText('Failures that are not forgotten').count()).toBe(0);
  });
});

describe('tokens', () => {
  it('are made, shown once, and revoked', async () => {
    const { page, house } = await people('/people?show=tokens');
    await press(page, 'New token');
    await page.getByLabel('Name').fill('monitor');
    await page.getByLabel('Role').selectOption('auditor');
    await page.getByLabel('Until').fill('2099-01-01T00:00');
    await press(page, 'Make the token');
    const token = (await secret(page, 'Token')) ?? '';
    expect(token).toMatch(/^dialgate_/);
    await press(page, 'I have kept it');
    expect(await kept(page)).not.toContain(token);
    const made = await house.rules.token('monitor');
    expect([made.role, made.expiresAt]).toEqual(['auditor', Date.parse('2098-12-31T23:00:00Z')]);
    await press(page, 'Revoke monitor');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('monitor is worthless now.').waitFor();
    expect((await house.rules.token('monitor')).revokedAt).not.toBeNull();
  });

  it('of the last administrator go only when it was said twice; then one is signed out', async () => {
    const { page } = await people('/people?show=tokens', { mayComplain: /status of 4/ });
    await press(page, 'Revoke mira-desk');
    await page
      .getByRole('dialog')
      .getByText(/You are signed in with it/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByText(/last/).first().waitFor();
    await press(page, 'Revoke it all the same');
    await page.waitForURL(/\/sign-in/);
  });

  it('are not for operators', async () => {
    const { page } = await people('/people?show=tokens', { as: 'operator' });
    await page.getByRole('link', { name: 'mira', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
  });
});

describe('everybody', () => {
  it.each([
    ['light', {}],
    ['dark', { dark: true }],
    ['small', { width: 360, height: 740 }],
  ])('can use it: %s', async (_, how) => {
    const { page } = await people('/people', how);
    await page.getByRole('link', { name: 'mira', exact: true }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await tooWide(page)).toBe(false);
    for (const show of ['lockouts', 'tokens']) {
      await page.goto(`/people?show=${show}`);
      await page.getByRole('table').waitFor();
      expect(await barriers(page)).toEqual([]);
      expect(await tooWide(page)).toBe(false);
    }
    await page.goto('/people?user=mira');
    await press(page, 'Change');
    await page.getByRole('group', { name: 'Services' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await press(page, 'Cancel');
    await press(page, 'New PIN');
    await press(page, 'Make a new PIN');
    await page.getByLabel('PIN', { exact: true }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await tooWide(page)).toBe(false);
  });

  it('gets a new PIN for a user with the keyboard alone, and the focus comes back', async () => {
    const { page } = await people('/people');
    const focused = () => page.evaluate<string>('document.activeElement?.textContent ?? ""');
    const tabTo = async (name: string): Promise<void> => {
      for (let n = 0; n < 60; n++) {
        if ((await focused()).trim() === name) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${name} was not reached`);
    };
    await page.getByRole('link', { name: 'mira', exact: true }).waitFor();
    await tabTo('mira');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'mira' }).waitFor();
    await page.getByRole('button', { name: 'New PIN' }).waitFor();
    await tabTo('New PIN');
    await page.keyboard.press('Enter');
    await tabTo('Make a new PIN');
    await page.keyboard.press('Space');
    await page.getByLabel('PIN', { exact: true }).waitFor();
    await tabTo('I have kept it');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await soon(async () => (await focused()).trim()).toBe('New PIN');
  });
});
