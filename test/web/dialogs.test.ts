import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, useBrowser, visit } from './browser.ts';
import type { PageHouse } from './page-house.ts';
import { addPeople } from './past.ts';
import { furnish as furnishBusy } from './sample.ts';

useBrowser();

const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).first().click();
const inDialog = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

interface Shown {
  readonly name: string;
  readonly path: string;
  readonly open: (page: Page) => Promise<void>;
  readonly furnish?: (house: PageHouse) => Promise<void>;
}

const now = { path: '/now', furnish: furnishBusy };
const mira = { path: '/people?user=mira' };
const people = { path: '/people' };

const dialogs: readonly Shown[] = [
  { name: 'Open an address', ...now, open: (page) => press(page, 'Open an address') },
  { name: 'Extend', ...now, open: (page) => press(page, 'Extend 203.0.113.7 of mira') },
  { name: 'A new user', ...people, open: (page) => press(page, 'New user') },
  {
    name: 'A new user, unfolded',
    ...people,
    open: async (page) => {
      await press(page, 'New user');
      await page.getByText('Knock code and PIN of your own choice').click();
    },
  },
  { name: 'Change', ...mira, open: (page) => press(page, 'Change') },
  { name: 'Disable', ...mira, open: (page) => press(page, 'Disable') },
  {
    name: 'An authenticator',
    ...mira,
    open: async (page) => {
      await press(page, 'Authenticator app');
      await inDialog(page, 'Set it up');
      await page.getByText('This is shown once.').waitFor();
    },
  },
  {
    name: 'A sheet of codes',
    ...mira,
    open: async (page) => {
      await press(page, 'Sheet of codes');
      await inDialog(page, 'Make the sheet');
      await page.getByText('This is shown once.').waitFor();
    },
  },
  { name: 'A new token', path: '/people?show=tokens', open: (page) => press(page, 'New token') },
  { name: 'A new entry', path: '/entries', open: (page) => press(page, 'Add an entry') },
];

/** The parts of the dialog that cannot be seen whole, or of which too little can be seen. */
async function cutOff(page: Page, height: number): Promise<string[]> {
  const dialog = page.getByRole('dialog');
  const boxOf = (part: string) => dialog.locator(part).first().boundingBox();
  const [head, body, foot] = [await boxOf('header'), await boxOf('.body'), await boxOf('footer')];
  if (!head || !body || !foot) return ['all of it'];
  return [
    ...(head.y < 0 ? ['header'] : []),
    ...(body.height < 60 || body.y < head.y + head.height ? ['body'] : []),
    ...(foot.y + foot.height > height || foot.y < body.y + body.height ? ['footer'] : []),
  ];
}

it.each(dialogs)(
  'shows its head and its buttons on a low screen: $name',
  async ({ path, open, furnish = addPeople }) => {
    const { page } = await visit({ as: 'admin', path, furnish, stillness: true, height: 800 });
    await open(page);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (const [width, height] of [
      [1280, 800],
      [1280, 600],
      [360, 600],
      [740, 360],
    ] as const) {
      await page.setViewportSize({ width, height });
      // the browser lays it out in its own time
      await expect.poll(() => cutOff(page, height)).toEqual([]);
    }
    expect(await barriers(page)).toEqual([]);
    const last = dialog.locator('.body > *').last();
    await last.scrollIntoViewIfNeeded();
    expect(await last.isVisible()).toBe(true);
  },
);

it('brings what was refused into sight', async () => {
  const { page } = await visit({
    as: 'admin',
    path: '/people',
    furnish: addPeople,
    stillness: true,
    height: 420,
    mayComplain: /status of (400|409)/,
  });
  await press(page, 'New user');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('otto2');
  await dialog.getByLabel('Their telephones').fill('nobody');
  await dialog.getByText('Knock code and PIN of your own choice').click();
  await dialog.locator('.body > *').last().scrollIntoViewIfNeeded();
  await inDialog(page, 'Make the user');
  await dialog.getByRole('alert').waitFor();
  const numbers = dialog.getByLabel('Their telephones');
  const seen = async (): Promise<boolean> => {
    const [box, body] = [await numbers.boundingBox(), await dialog.locator('.body').boundingBox()];
    return box !== null && body !== null && box.y >= body.y && box.y < body.y + body.height;
  };
  await expect.poll(seen).toBe(true);
  expect(await page.locator(':focus').getAttribute('id')).toBe(await numbers.getAttribute('id'));
});
