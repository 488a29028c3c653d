import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { barriers, tooWide, useBrowser, visit } from './browser.ts';
import { addUser, beginCall, furnish } from './sample.ts';
import type { PageHouse } from './page-house.ts';

useBrowser();

const mira = async (house: PageHouse): Promise<void> => void (await addUser(house, 'mira'));
const open = (house: PageHouse, address: string, seconds = 3600, user = 'mira') =>
  house.rules.openGrant({ user, address, seconds }, 'cli:local');
const row = (page: Page, address: string) =>
  page.locator('.open-grant').filter({ hasText: address });
const active = async (house: PageHouse): Promise<string[]> =>
  (await house.rules.grants({ state: 'active', limit: 100 })).rows.map(({ address }) => address);

it('says in words that nobody is in, and shows who comes at that moment', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira });
  await page.getByText('Nobody is in', { exact: true }).waitFor();
  await page.getByText('Nobody is calling.').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const before = Date.now();
  await open(house, '203.0.113.7');
  await row(page, '203.0.113.7').waitFor();
  // by the event: the look that is due each 15 s would be too late
  expect(Date.now() - before).toBeLessThan(5000);
  await page.getByText('1 person is in from 1 address.').waitFor();
  await page.getByText('No packet yet').waitFor();
  // and those who do not see it are told
  await page.getByRole('status').filter({ hasText: 'Opened: mira, 203.0.113.7' }).waitFor();
  const [grant] = (await house.rules.grants({ state: 'active', limit: 1 })).rows;
  house.gate.packets.set('203.0.113.7', 5);
  await house.stores.audit.append({
    at: Date.now(),
    actor: 'system',
    kind: 'gate-used',
    grantId: grant?.id,
    userId: grant?.userId,
    address: grant?.address,
  });
  await page.getByText('5 packets').waitFor();
});

it('shows who opened what by which call, and how long still', async () => {
  const { page } = await visit({ as: 'admin', furnish });
  const tomas = row(page, '198.51.100.23');
  await tomas.waitFor();
  await expect.poll(() => tomas.locator('.clock').textContent()).toMatch(/^7:[34]\d$/);
  const scale = async (): Promise<number> => {
    const style = await tomas.locator('.bar div').getAttribute('style');
    return Number(/scaleX\(([\d.]+)\)/.exec(style ?? '')?.[1]);
  };
  const first = await scale();
  // eight minutes of four hours
  expect(first).toBeCloseTo(8 / 240, 2);
  await expect.poll(scale, { timeout: 10_000 }).toBeLessThan(first);
  await tomas.getByRole('link', { name: 'call 3' }).waitFor();
  expect(await tomas.locator('.clock').getAttribute('title')).toMatch(/T.*Z$/);
  await page.getByText('48,213 packets').waitFor();
});

it('closes in one click, at once, and opens again when that was a slip', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira });
  await open(house, '203.0.113.7', 3600);
  await open(house, '203.0.113.8', 3600);
  await page.getByRole('button', { name: 'Close 203.0.113.7 of mira' }).click();
  await page.getByText('Closed 203.0.113.7 of mira.').waitFor();
  expect(await active(house)).toEqual(['203.0.113.8']);
  await row(page, '203.0.113.7').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(/203\.0\.113\.7 of mira is open again until/).waitFor();
  await row(page, '203.0.113.7').waitFor();
  const again = (await house.rules.grants({ state: 'active', limit: 1 })).rows[0];
  expect(again?.address).toBe('203.0.113.7');
  // for what was left, not anew
  const left = ((again?.expiresAt ?? 0) - Date.now()) / 1000;
  expect(left).toBeGreaterThan(3500);
  expect(left).toBeLessThanOrEqual(3600);
});

it('says so when what was closed cannot be opened again', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: mira,
    mayComplain: /status of 409/,
  });
  await open(house, '203.0.113.7');
  await page.getByRole('button', { name: 'Close 203.0.113.7 of mira' }).click();
  await house.rules.changeUser('mira', { disabled: true }, 'cli:local');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(/203\.0\.113\.7 is not open again: .*disabled/).waitFor();
  expect(await active(house)).toEqual([]);
});

it('says so when the gate does not confirm that it is shut', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: mira,
    mayComplain: /status of 503/,
  });
  await open(house, '203.0.113.7');
  house.gate.close = () => Promise.reject(new Error('the helper is away'));
  await page.getByRole('button', { name: 'Close 203.0.113.7 of mira' }).click();
  await page.getByText(/Closing 203\.0\.113\.7 of mira: .* has not confirmed/).waitFor();
  // it was not closed as one thinks of it, so there is nothing to undo
  expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
});

it('closes all of one, and everything, after asking', async () => {
  const { house, page } = await visit({ as: 'admin', furnish });
  await page.getByRole('button', { name: 'Close all of mira' }).click();
  const dialog = page.getByRole('dialog', { name: 'Close all of mira?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await active(house)).toHaveLength(5);
  await page.getByRole('button', { name: 'Close all of mira' }).click();
  await dialog.getByRole('button', { name: 'Close all of mira' }).click();
  await page.getByText('Closed 2 addresses.').waitFor();
  expect(await active(house)).not.toContain('203.0.113.7');
  await page.getByRole('button', { name: 'Close everything' }).click();
  const all = page.getByRole('dialog', { name: 'Close everything?' });
  await all.getByRole('button', { name: 'Close everything' }).click();
  await page.getByText('Nobody is in', { exact: true }).waitFor();
  expect(await active(house)).toEqual([]);
});

it('extends from now', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira });
  await open(house, '203.0.113.7', 600);
  await page.getByRole('button', { name: 'Extend 203.0.113.7 of mira' }).click();
  await page.getByLabel('Open from now for').selectOption('1 h');
  await page.getByRole('button', { name: 'Extend', exact: true }).click();
  await page.getByText('203.0.113.7 of mira is open for another 1 h.').waitFor();
  const [grant] = (await house.rules.grants({ state: 'active', limit: 1 })).rows;
  expect((grant?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(3_590_000);
  await expect
    .poll(() => row(page, '203.0.113.7').locator('.clock').textContent(), { timeout: 5000 })
    .toMatch(/^59:/);
});

it('opens for somebody whose call does not get through', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Open an address' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Open an address' });
  await dialog.getByText('mira').waitFor({ state: 'attached' });
  await page.keyboard.type('mira');
  await page.keyboard.press('Tab');
  await page.keyboard.type(' 203.0.113.7 ');
  await dialog.getByText('4 h, as after a call').waitFor({ state: 'attached' });
  const asked = page.waitForRequest((request) => request.method() === 'POST');
  await page.keyboard.press('Enter');
  const headers = (await asked).headers();
  expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
  await page.getByText(/^203\.0\.113\.7 of mira is open until .*: web\.$/).waitFor();
  await dialog.waitFor({ state: 'detached' });
  await row(page, '203.0.113.7').waitFor();
  expect(await page.locator(':focus').textContent()).toBe('Open an address');
  // through to the gate, for as long as a call opens
  const [inGate] = await house.gate.list();
  expect(inGate?.address).toBe('203.0.113.7');
  const [grant] = (await house.rules.grants({ state: 'active', limit: 1 })).rows;
  expect((grant?.expiresAt ?? 0) - (grant?.openedAt ?? 0)).toBe(14_400_000);
  expect(grant?.callId).toBeNull();

  // anew for less: it says what that does to what is open
  await page.keyboard.press('Enter');
  await dialog.getByLabel('For whom').selectOption('mira');
  await dialog.getByLabel('Address').fill('203.0.113.7');
  await dialog.getByText(/It is open for mira until .* already\./).waitFor();
  await dialog.getByLabel('For how long').selectOption('30 min');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect
    .poll(() => row(page, '203.0.113.7').locator('.clock').textContent(), { timeout: 5000 })
    .toMatch(/^(30:00|29:)/);
  expect(await active(house)).toEqual(['203.0.113.7']);
});

it('says beside the field why an address is not opened', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: async (house) => {
      await mira(house);
      await addUser(house, 'tomas');
      await addUser(house, 'ines');
      for (const last of [1, 2, 3]) await open(house, `203.0.113.${last}`, 3600, 'tomas');
      await house.rules.changeUser('ines', { disabled: true }, 'cli:local');
    },
    mayComplain: /status of (400|404|409|422|503)/,
  });
  await page.getByRole('button', { name: 'Open an address' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open an address' });
  const [whom, address] = [dialog.getByLabel('For whom'), dialog.getByLabel('Address')];
  const refused = async (user: string, where: string, why: RegExp, at: typeof whom) => {
    await whom.selectOption(user);
    await address.fill(where);
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    const said = dialog.getByRole('alert').filter({ hasText: why });
    await said.waitFor();
    // and there alone, and the field is told to be the one
    expect(await dialog.getByRole('alert').count()).toBe(1);
    expect(await at.getAttribute('aria-invalid')).toBe('true');
    expect(await at.getAttribute('aria-describedby')).toContain(await said.getAttribute('id'));
    expect(await page.locator(':focus').getAttribute('id')).toBe(await at.getAttribute('id'));
  };
  await refused('mira', '10.0.0.7', /10\.0\.0\.7 cannot be opened: it is private/, address);
  await refused('mira', '203.0.113', /must be an IPv4 or IPv6 host/, address);
  await refused('tomas', '203.0.113.9', /tomas has 3 addresses open, which is the most/, whom);
  await refused('ines', '203.0.113.9', /ines is disabled/, whom);
  await house.rules.removeUser('mira', 'cli:local');
  await refused('mira', '203.0.113.9', /There is no user .*mira/, whom);
  expect(await active(house)).toHaveLength(3);
  // what is nobody's fault stands by itself
  await house.rules.changeUser('ines', { disabled: false }, 'cli:local');
  const away = new AccessError('firewall-unavailable', 'The helper did not confirm.');
  house.gate.open = () => Promise.reject(away);
  await whom.selectOption('ines');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await dialog.getByRole('alert').filter({ hasText: 'The firewall cannot be reached' }).waitFor();
  expect(await whom.getAttribute('aria-invalid')).toBeNull();
});

it('asks the same once when no answer came', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: mira,
    mayComplain: /Failed to load resource|ERR_/,
  });
  const keys: (string | undefined)[] = [];
  await page.route('**/v1/grants', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    // it is done, and nobody hears of it
    await route.fetch();
    return route.abort();
  });
  await page.getByRole('button', { name: 'Open an address' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open an address' });
  await dialog.getByLabel('For whom').selectOption('mira');
  await dialog.getByLabel('Address').fill('203.0.113.7');
  const press = () => dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await press();
  await dialog.getByText('The server cannot be reached').waitFor();
  await press();
  await dialog.waitFor({ state: 'detached' });
  expect(keys[0]).toBe(keys[1]);
  const all = await house.rules.grants({ state: 'all', limit: 10 });
  expect(all.rows).toHaveLength(1);
});

it('follows a call through its steps', async () => {
  const { house, page } = await visit({ as: 'auditor' });
  await page.getByText('Live', { exact: true }).waitFor();
  const id = await beginCall(house, '+15550142', [], 1);
  const call = page.locator('.call').filter({ hasText: '+15550142' });
  await call.getByText('is asked for the knock code and the PIN').waitFor();
  const step = (kind: 'attempt-refused' | 'attempt-accepted' | 'pairing-began') =>
    house.stores.audit.append({ at: Date.now(), actor: `call:${id}`, kind, callId: id });
  await step('attempt-refused');
  await call.getByText('1 try failed').waitFor();
  await step('attempt-accepted');
  await call.getByText('is recognised, and gives the address').waitFor();
  await step('pairing-began');
  await call.getByText('connects to the port that was spoken').waitFor();
  await house.stores.calls.end(id, Date.now(), 'abandoned', null, {
    at: Date.now(),
    actor: `call:${id}`,
    kind: 'call-ended',
    callId: id,
  });
  await page.getByText('Nobody is calling.').waitFor();
});

it('shows what is wrong with the gate, in words', async () => {
  const { page } = await visit({
    as: 'admin',
    furnish: async ({ gate, health }) => {
      gate.guard = 'off';
      gate.warnings = ['The guard is off, so nobody is turned away.'];
      const { parts } = health.now;
      const asterisk = { ok: false, why: 'It does not answer at its address.' };
      health.now = { ...health.now, ok: false, parts: { ...parts, asterisk } };
    },
  });
  await page.getByText('Guard off').waitFor();
  await page.getByText('The guard is off, so nobody is turned away.').waitFor();
  await page.getByText('Asterisk not well').waitFor();
  await page.getByText('It does not answer at its address.').waitFor();
});

it('offers an operator nothing that the API would refuse', async () => {
  const { house, page } = await visit({ as: 'operator', furnish });
  await page.getByRole('button', { name: 'Close 203.0.113.80 of support' }).click();
  await page.getByText('Closed 203.0.113.80 of support.').waitFor();
  expect(await active(house)).not.toContain('203.0.113.80');
  expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /^(Extend|Open)/ }).count()).toBe(0);
});

it('offers an auditor nothing to press', async () => {
  const { page } = await visit({ as: 'auditor', furnish });
  await row(page, '203.0.113.7').waitFor();
  expect(await page.getByRole('button', { name: /Close|Extend|Open/ }).count()).toBe(0);
});

it('goes by the keyboard alone: to the row, close, undo', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira, stillness: true });
  await open(house, '203.0.113.7');
  await row(page, '203.0.113.7').waitFor();
  const reach = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      const words = await page.evaluate<string>(
        `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
      );
      if (!name.test(words)) continue;
      // whoever goes by the keyboard must see where they are
      const outline = await page.evaluate<string>(
        'getComputedStyle(document.activeElement).outlineStyle',
      );
      expect(outline).not.toBe('none');
      return;
    }
    throw new Error(`no ${String(name)} is reached`);
  };
  await reach(/^To the content/);
  await page.keyboard.press('Enter');
  await reach(/^Close 203\.0\.113\.7/);
  await page.keyboard.press('Enter');
  await page.getByText('Closed 203.0.113.7 of mira.').waitFor();
  await reach(/^Undo/);
  await page.keyboard.press('Enter');
  await row(page, '203.0.113.7').waitFor();
  await reach(/^Extend 203\.0\.113\.7/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // and the focus is where it was
  const focused = page.locator(':focus');
  expect(await focused.getAttribute('aria-label')).toBe('Extend 203.0.113.7 of mira');
});

it('says of what it asks by itself that nobody is there', async () => {
  const { house, page } = await visit({ as: 'admin', furnish: mira });
  await page.getByText('Live', { exact: true }).waitFor();
  const asked = () => page.waitForRequest((request) => request.url().includes('/v1/grants?'));
  const byItself = asked();
  await open(house, '203.0.113.7');
  expect((await byItself).headers()['x-dialgate-page']).toBe('background');
  await page.keyboard.press('Shift');
  const byHand = asked();
  await open(house, '203.0.113.8');
  expect((await byHand).headers()['x-dialgate-page']).toBe('1');
});

it('keeps the colours that were chosen', async () => {
  const { page } = await visit({ as: 'admin' });
  const paper = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
  const light = await paper();
  await page.getByRole('button', { name: 'Colours: As the system' }).click();
  await page.getByRole('button', { name: 'Colours: Light' }).click();
  await page.getByRole('button', { name: 'Colours: Dark' }).waitFor();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByRole('button', { name: 'Colours: Dark' }).waitFor();
  expect(await paper()).toBe(dark);
});

it('says so when nobody answers, and calls nothing well meanwhile', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: mira,
    mayComplain: /Failed to load resource|ERR_/,
  });
  await open(house, '203.0.113.7');
  await page.getByText('Helper well').waitFor();
  await row(page, '203.0.113.7').waitFor();
  // who comes back to the page need not wait for the look that is due each 15 s
  const look = () => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.context().setOffline(true);
  await look();
  const told = page.getByText(/^The server does not answer; this is as of \d\d:\d\d:\d\d\.$/);
  await told.waitFor();
  await page.getByText('Helper not known').waitFor();
  expect(await page.getByText(/\bwell$/).count()).toBe(0);
  // once, and with what was there before
  expect(await page.getByText('The server cannot be reached').count()).toBe(0);
  await row(page, '203.0.113.7').waitFor();
  await page.context().setOffline(false);
  await look();
  await page.getByText('Helper well').waitFor();
  await told.waitFor({ state: 'detached' });
});

it('goes on after the server was away', async () => {
  const { house, page } = await visit({
    as: 'admin',
    furnish: mira,
    mayComplain: /Failed to load resource|ERR_/,
  });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().setOffline(true);
  // what is under way breaks off only when it is made anew
  await page.reload().catch(() => undefined);
  await page.context().setOffline(false);
  await page.goto('/now');
  await open(house, '203.0.113.7');
  await row(page, '203.0.113.7').waitFor();
});

it.each([
  ['light', {}],
  ['dark', { dark: true }],
  ['small', { width: 360, height: 740 }],
] as const)('has no barriers: %s', async (_, wanted) => {
  const { page } = await visit({ as: 'admin', furnish, stillness: true, ...wanted });
  await row(page, '203.0.113.7').waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(await tooWide(page)).toBe(false);
  for (const name of ['Extend 203.0.113.7 of mira', 'Open an address']) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog').waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await tooWide(page)).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});
