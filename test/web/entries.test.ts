import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, tooWide, useBrowser, visit } from './browser.ts';
import type { PageHouse } from './page-house.ts';
import { addHosts, furnish } from './sample.ts';

useBrowser();

const row = (page: Page, words: string) => page.getByRole('row').filter({ hasText: words });
const entry = (house: PageHouse, label: string) => house.stores.entries.byLabel(label);

it('says in words that there are none', async () => {
  const { page } = await visit({ as: 'admin', path: '/entries' });
  await page.getByText('There are no entries').waitFor();
});

it('shows what names mean, since when, and which are not answered', async () => {
  const { page } = await visit({ as: 'auditor', path: '/entries', furnish });
  await row(page, 'sip.example.net').getByText('203.0.113.40, 203.0.113.41').waitFor();
  await row(page, 'sip.example.net').getByText('so since 3 d ago').waitFor();
  const failing = row(page, 'gone.example.org');
  await failing.getByText('Not answered').waitFor();
  await failing.getByText('there is no such name').waitFor();
  expect(await page.getByRole('button', { name: /Add|Change|Remove/ }).count()).toBe(0);

  await page.getByLabel('Only names that are not answered').check();
  await row(page, 'sip.example.net').waitFor({ state: 'detached' });
  await failing.waitFor();
  expect(new URL(page.url()).search).toBe('?failing=true');
});

it('finds by what is typed, keeps it in the address, and by the address an entry means', async () => {
  const { house, page } = await visit({ as: 'operator', path: '/entries', furnish });
  await page.getByRole('searchbox').fill('192.0.2.6');
  await row(page, 'sbc.example.com').waitFor();
  await row(page, 'sip.example.net').waitFor({ state: 'detached' });
  expect(page.url()).toBe(`${house.at}/entries?find=192.0.2.6`);
  await page.getByRole('searchbox').fill('nothing of the kind');
  await page.getByText('No entry fits').waitFor();
  await page.goto('/entries?find=HEAD');
  await row(page, '198.51.100.0/24').waitFor();
});

it('adds one, with what is wrong told beside its field', async () => {
  const { house, page } = await visit({
    as: 'admin',
    path: '/entries',
    mayComplain: /status of 4\d\d/,
  });
  await page.getByRole('button', { name: 'Add an entry' }).click();
  const dialog = page.getByRole('dialog', { name: 'Let somebody in for good' });
  await dialog.getByLabel('Label').fill('head office');
  await dialog.getByLabel('Host, network or name').fill('203.0.113.9');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText(/must be 1 to 64 letters/).waitFor();
  await dialog.getByLabel('Label').fill('head-office');
  await dialog.getByLabel('sip').check();
  await dialog.getByLabel('Until').fill('2031-05-01T12:30');
  await dialog.getByLabel('Note').fill('the new building');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await row(page, 'head-office').waitFor();
  expect(await entry(house, 'head-office')).toMatchObject({
    target: { kind: 'host', address: '203.0.113.9' },
    services: ['sip'],
    note: 'the new building',
    // half past twelve in Madrid in summer
    expiresAt: Date.UTC(2031, 4, 1, 10, 30),
  });
  // and a second one of that label is refused in words
  await page.getByRole('button', { name: 'Add an entry' }).click();
  await dialog.getByLabel('Label').fill('head-office');
  await dialog.getByLabel('Host, network or name').fill('203.0.113.10');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('There is an entry labelled head-office already.').waitFor();
});

it('changes what was seen, or nothing', async () => {
  const { house, page } = await visit({
    as: 'admin',
    path: '/entries',
    furnish,
    mayComplain: /status of 412/,
  });
  await page.getByRole('button', { name: 'Change office' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change office' });
  await dialog.getByLabel('Note').fill('Old head office');
  await house.rules.changeEntry('office', { services: ['ssh'] }, 'cli:mira');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.getByText(/changed since you looked/).waitFor();
  expect(await entry(house, 'office')).toMatchObject({ note: 'Head office', services: ['ssh'] });
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Change office' }).click();
  await dialog.getByLabel('Note').fill('Old head office');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await row(page, 'Old head office').waitFor();
  expect(await entry(house, 'office')).toMatchObject({
    note: 'Old head office',
    services: ['ssh'],
  });
});

it('removes one after asking, and hears of what others do', async () => {
  const { house, page } = await visit({ as: 'admin', path: '/entries', furnish });
  await page.getByRole('button', { name: 'Remove monitoring' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove monitoring?' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await entry(house, 'monitoring')).toBeDefined();
  await page.getByRole('button', { name: 'Remove monitoring' }).click();
  await dialog.getByRole('button', { name: 'Remove monitoring' }).click();
  await row(page, '192.0.2.10').waitFor({ state: 'detached' });
  expect(await entry(house, 'monitoring')).toBeUndefined();

  await page.getByText('Live', { exact: true }).waitFor();
  await house.rules.addEntry({ label: 'by-another', target: '192.0.2.77' }, 'cli:tomas');
  await row(page, 'by-another').waitFor();
});

it('a hundred thousand do not hang it', async () => {
  const { page } = await visit({
    as: 'admin',
    path: '/sign-in',
    furnish: async (house) => addHosts(house, 100_000),
  });
  const before = Date.now();
  await page.goto('/entries');
  await row(page, 'host-99999').waitFor();
  // it is drawn by pages: a hundred thousand rows would take a browser a minute
  expect(Date.now() - before).toBeLessThan(5000);
  expect(await page.getByRole('row').count()).toBe(51);
  await page.getByRole('button', { name: 'Older' }).click();
  await row(page, 'host-99949').waitFor();
  const newer = page.getByRole('button', { name: 'Newer' });
  await page.getByRole('button', { name: 'Older' }).click();
  await row(page, 'host-99899').waitFor();
  // the browser keeps the way, also when the page is loaded anew
  await page.reload();
  await row(page, 'host-99899').waitFor();
  await newer.click();
  await row(page, 'host-99949').waitFor();
  await newer.click();
  await row(page, 'host-99999').waitFor();
  expect(await newer.isDisabled()).toBe(true);
  await page.goForward();
  await row(page, 'host-99949').waitFor();
  await page.getByRole('button', { name: 'Newest' }).click();
  await row(page, 'host-99999').waitFor();
  const typed = Date.now();
  await page.getByRole('searchbox').fill('host-12345');
  await row(page, 'host-12345').waitFor();
  await row(page, 'host-99999').waitFor({ state: 'detached' });
  expect(Date.now() - typed).toBeLessThan(5000);
  expect(await page.getByRole('row').count()).toBe(2);
}, 90_000);

it.each([
  ['light', {}],
  ['dark', { dark: true }],
  ['small', { width: 360, height: 740 }],
] as const)('has no barriers: %s', async (_, wanted) => {
  const { page } = await visit({
    as: 'admin',
    path: '/entries',
    furnish,
    stillness: true,
    ...wanted,
  });
  await row(page, 'sip.example.net').waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(await tooWide(page)).toBe(false);
  await page.getByRole('button', { name: 'Change branch-north' }).click();
  await page.getByRole('dialog').getByLabel('Note').waitFor();
  expect(await barriers(page)).toEqual([]);
});
