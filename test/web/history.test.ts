import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { barriers, tooWide, useBrowser, visit, type Wanted } from './browser.ts';
import type { PageHouse } from './page-house.ts';
import { addPast, addPeople } from './past.ts';

useBrowser();

/** A busy machine takes its time. */
const soon = <Value>(what: () => Value) => expect.poll(what, { timeout: 8000 });

const furnish = async (house: PageHouse): Promise<void> => {
  await addPeople(house);
  await addPast(house, Date.now());
};
const history = (path: string, wanted: Wanted = {}) =>
  visit({ as: 'admin', stillness: true, furnish, path: `/history${path}`, ...wanted });

const lines = (page: Page) => page.locator('.record-table tbody tr:not(.unfolded)');
const whatIs = (page: Page) => page.locator('.record-table td[data-name="What"]').allTextContents();
const settled = (page: Page) => lines(page).first().waitFor();
const query = (page: Page) => new URL(page.url()).searchParams;
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe('the chart', () => {
  const chart = (page: Page) => page.getByRole('group', { name: /^Chart of attempts/ });
  const drawn = (page: Page) => page.locator('.chart canvas').waitFor();
  const spanOf = (page: Page): number => {
    const [from = 0, to = 0] = (query(page).get('span') ?? '').split('_').map(Date.parse);
    return (to - from) / 3_600_000;
  };

  it('counts what the record has, and says the same in a table', async () => {
    const { page, house } = await history('');
    await drawn(page);
    const day = { from: Date.now() - 86_400_000 - 900_000, to: Date.now() + 900_000 };
    const kinds = ['attempt-accepted', 'attempt-refused'] as const;
    const { columns } = await house.rules.auditCounts({ ...day, step: 900, kinds: [...kinds] });
    const refused = columns.reduce((sum, { counts }) => sum + (counts['attempt-refused'] ?? 0), 0);
    expect(refused).toBeGreaterThan(20);
    await page.getByText('The same as a table').click();
    const table = page.getByRole('table', { name: 'Attempts and grants over time' });
    const cells = await table.locator('td[data-name="Attempts refused"]').allTextContents();
    const shown = cells.reduce((sum, cell) => sum + Number(cell), 0);
    // the first column begins where the span does, or a little before
    expect(Math.abs(shown - refused)).toBeLessThanOrEqual(6);
    await page.getByLabel(new RegExp(`Attempts refused ${shown}$`)).waitFor();
  });

  it('counts what the list below is filtered by, and says so', async () => {
    // to whole columns, so that the page counts the same time
    const to = Math.floor(Date.now() / 900_000) * 900_000;
    const day = { from: to - 86_400_000, to, step: 900 };
    const [began, ended] = [day.from, to].map((at) => new Date(at).toISOString());
    const { page, house } = await history(`?span=${began}_${ended}`);
    const refused = async (): Promise<number> => {
      const words = await page.locator('.curve.attempt-refused b').textContent();
      return Number(words?.replaceAll(',', ''));
    };
    const counted = async (about: object): Promise<number> => {
      const { columns } = await house.rules.auditCounts({ ...day, ...about });
      return columns.reduce((sum, { counts }) => sum + (counts['attempt-refused'] ?? 0), 0);
    };
    const [all, one] = [await counted({}), await counted({ caller: '445550142' })];
    expect(one).toBeGreaterThan(3);
    expect(one).toBeLessThan(all);
    await soon(refused).toBe(all);
    await page.getByRole('link', { name: '445550142', exact: true }).click();
    await soon(refused).toBe(one);
    await page.getByText('Only what the filter of the list below lets through.').waitFor();
    // calls go on with the caller, and grants know of none
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page.getByRole('table', { name: 'Calls, newest first' }).waitFor();
    await soon(refused).toBe(one);
    await page.getByRole('link', { name: 'Grants', exact: true }).click();
    await soon(refused).toBe(all);
    await page.goto('/history?actor=token:nobody');
    await page.getByText('Nothing is like that').waitFor();
    await soon(refused).toBe(0);
  });

  it('has usual spans, and keeps the chosen one over a reload', async () => {
    const { page } = await history('');
    await press(page, '7 days');
    expect(query(page).get('span')).toBe('7d');
    await page.reload();
    const chosen = page.getByRole('button', { name: '7 days' });
    await chosen.waitFor();
    expect(await chosen.getAttribute('aria-pressed')).toBe('true');
    await press(page, '30 days');
    expect(query(page).get('span')).toBe('30d');
  });

  it('is zoomed and moved by keys and by buttons', async () => {
    const { page } = await history('');
    await drawn(page);
    await chart(page).focus();
    await page.keyboard.press('+');
    await soon(() => spanOf(page)).toBeCloseTo(12.1, 0);
    await page.keyboard.press('+');
    await soon(() => spanOf(page)).toBeCloseTo(6.1, 0);
    const before = query(page).get('span') ?? '';
    await page.keyboard.press('ArrowLeft');
    await soon(() => query(page).get('span')).not.toBe(before);
    expect(Date.parse((query(page).get('span') ?? '').split('_')[1] ?? '')).toBeLessThan(
      Date.parse(before.split('_')[1] ?? ''),
    );
    await page.keyboard.press('-');
    await soon(() => spanOf(page)).toBeGreaterThan(11);
    await press(page, 'Zoom in');
    await soon(() => spanOf(page)).toBeLessThan(7);
    await press(page, 'Earlier');
    await press(page, 'Zoom out');
    await soon(() => spanOf(page)).toBeGreaterThan(11);
  });

  it('is zoomed by drawing over it', async () => {
    const { page } = await history('');
    await drawn(page);
    const box = await page.locator('.chart .u-over').boundingBox();
    if (!box) throw new Error('there is no chart');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await soon(() => spanOf(page)).toBeGreaterThan(5);
    expect(spanOf(page)).toBeLessThan(7);
  });

  it('leaves out what is not wanted, also after a reload', async () => {
    const { page } = await history('');
    await page.getByLabel(/^Lockouts/).uncheck();
    await page.getByLabel(/^Attempts accepted/).uncheck();
    expect(query(page).get('hide')).toBe('lockout-began,attempt-accepted');
    await page.reload();
    const lockouts = page.getByLabel(/^Lockouts/);
    await lockouts.waitFor();
    expect(await lockouts.isChecked()).toBe(false);
    expect(await page.getByLabel(/^Attempts refused/).isChecked()).toBe(true);
  });

  it('leads to the lines of its time', async () => {
    const { page } = await history('?span=2025-06-01T00:00:00Z_2025-06-02T00:00:00Z');
    await page.getByText('Nobody failed in this time.').waitFor();
    await press(page, 'The lines of this time');
    await page.getByText('Nothing is like that').waitFor();
    expect(query(page).get('from')).toBe('2025-06-01T00:00:00.000Z');
  });

  it('says who failed how often, and shows their lines', async () => {
    const { page, house } = await history('?span=7d');
    const week = { from: Date.now() - 8 * 86_400_000, to: Date.now(), limit: 10 };
    const [first] = (await house.rules.auditCallers(week)).callers;
    const item = page.locator('.callers li').first();
    await item.getByText(`${first?.failures ?? ''} failures`, { exact: true }).waitFor();
    await item.getByRole('link', { name: first?.caller ?? '' }).click();
    await settled(page);
    expect(query(page).get('caller')).toBe(first?.caller);
    const callers = await page.locator('.record-table td[data-name="Caller"]').allTextContents();
    expect(new Set(callers)).toEqual(new Set([first?.caller]));
  });
});

describe('the record', () => {
  it('is filtered by what stands in the address bar, and stays so over a reload', async () => {
    const { page } = await history('');
    await settled(page);
    await page.getByLabel('What', { exact: true }).selectOption('gate-opened');
    await soon(async () => new Set(await whatIs(page))).toEqual(new Set(['Opened']));
    await page.getByLabel('User', { exact: true }).selectOption({ label: 'mira' });
    await page.getByLabel('By', { exact: true }).fill('call:3');
    await page.getByLabel('From').fill('2025-01-01T00:00');
    await page.getByLabel('Filter of the record').getByRole('button', { name: 'Show' }).click();
    await soon(() => query(page).get('actor')).toBe('call:3');
    expect([...query(page).keys()].toSorted()).toEqual(['actor', 'from', 'kind', 'userId']);
    await page.reload();
    await page.getByLabel('What', { exact: true }).waitFor();
    expect(await page.getByLabel('What', { exact: true }).inputValue()).toBe('gate-opened');
    expect(await page.getByLabel('From').inputValue()).toBe('2025-01-01T00:00');
    await press(page, 'Clear');
    await settled(page);
    expect([...query(page).keys()]).toEqual([]);
    // and the way back leads through what was looked at
    await page.goBack();
    await soon(() => page.getByLabel('By', { exact: true }).inputValue()).toBe('call:3');
    await page.goBack();
    await soon(() => [...query(page).keys()].toSorted()).toEqual(['kind', 'userId']);
    await page.goBack();
    await soon(() => [...query(page).keys()]).toEqual(['kind']);
  });

  it('says what is no address, and goes on when it is mended', async () => {
    const { page } = await history('?address=nowhere', { mayComplain: /status of 400/ });
    await page.getByText(/must be an IPv4 or IPv6 host/).waitFor();
    // once, though the chart asks for the same
    await soon(() => page.getByText(/must be an IPv4 or IPv6 host/).count()).toBe(1);
    // the same would be refused again
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await press(page, 'Clear');
    await settled(page);
  });

  it('goes back page by page, and misses and repeats no line', async () => {
    const { page, house } = await history('');
    await settled(page);
    const before = await lines(page).count();
    await press(page, 'Older');
    await soon(() => lines(page).count()).toBeGreaterThan(before);
    const seqs = (await page.locator('.unfold .unseen').allTextContents()).map((text) =>
      Number(text.replaceAll(/\D/g, '')),
    );
    const { last } = await house.stores.audit.ends();
    expect(seqs).toEqual(Array.from(seqs, (_, at) => (last ?? 0) - at));
  });

  it('unfolds a line to all that it says, and leads to its call and its user', async () => {
    const { page } = await history('?kind=gate-opened');
    await settled(page);
    const fold = page.locator('.unfold').first();
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    await fold.press('Enter');
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    await page.getByText('seconds: 14400').waitFor();
    await page.getByRole('link', { name: /^call \d+ with its steps$/ }).click();
    await page.getByRole('heading', { name: 'Steps' }).waitFor();
    const steps = await page.locator('.steps strong').allTextContents();
    expect(steps).toEqual([
      'Call began',
      'Recognised',
      'Opened',
      'First packet came',
      'Call ended',
    ]);
    await page.goBack();
    await settled(page);
    expect(query(page).get('kind')).toBe('gate-opened');
  });

  it('tells of lines that have come, and shows them when it is asked', async () => {
    const { page, house } = await history('?kind=user-changed');
    await page.getByText('Nothing is like that').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await house.rules.changeUser('mira', { language: 'en' }, 'cli:local');
    await press(page, '1 newer: show');
    await soon(() => whatIs(page)).toEqual(['User changed']);
  });

  it.each(['NDJSON', 'CSV'])('is taken away as %s, with the same filter', async (name) => {
    const { page } = await history('?kind=lockout-began');
    await settled(page);
    const count = await lines(page).count();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: `Export ${name}` }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.(ndjson|csv)$/);
    const text = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    const body = name === 'CSV' ? text.slice(1) : text;
    expect(body).toHaveLength(count);
    expect(body.every((line) => line.includes('lockout-began'))).toBe(true);
  });

  it('is verified at the press of a button, and the verdict stands there', async () => {
    const { page, house } = await history('');
    await page.getByText(/each sealed to the one before/).waitFor();
    await press(page, 'Verify now');
    await page.getByText('Whole', { exact: true }).waitFor();
    await page
      .getByText(/All [\d,]+ lines fit/)
      .first()
      .waitFor();
    expect(house.rules.auditVerification()?.verdict?.ok).toBe(true);
  });
});

describe('calls and grants', () => {
  it('are all that operators see', async () => {
    const { page } = await history('', { as: 'operator' });
    await page.getByRole('table', { name: 'Calls, newest first' }).waitFor();
    expect(await page.getByRole('link', { name: 'Record' }).count()).toBe(0);
    expect(await page.locator('.chart').count()).toBe(0);
    await page.getByLabel('User', { exact: true }).selectOption({ label: 'ines' });
    await soon(
      async () => new Set(await page.locator('td[data-name="User"]').allTextContents()),
    ).toEqual(new Set(['ines']));
    await page.getByLabel('Caller number').fill('15550123');
    await press(page, 'Show');
    await page.reload();
    await page.getByRole('table').waitFor();
    const callers = await page.locator('td[data-name="Caller"]').allTextContents();
    expect(new Set(callers)).toEqual(new Set(['15550123']));
  });

  it('show what was opened and how it ended', async () => {
    const { page } = await history('?show=grants', {
      furnish: async (house) => {
        await addPeople(house);
        const open = (address: string) =>
          house.rules.openGrant({ user: 'mira', address }, 'cli:local');
        const grant = await open('203.0.113.7');
        await open('203.0.113.8');
        await house.rules.closeGrant(grant.id, 'cli:local');
      },
    });
    await page.getByRole('row', { name: /203\.0\.113\.8.*Open/ }).waitFor();
    await page.getByRole('row', { name: /203\.0\.113\.7.*Closed/ }).waitFor();
    await page.getByLabel('Address').fill('203.0.113.7');
    await press(page, 'Show');
    const grants = page.getByRole('table', { name: 'Grants, newest first' });
    await soon(() => grants.locator('tbody tr').count()).toBe(1);
  });
});

describe('everybody', () => {
  it('reaches the lines within two screens of a telephone, and unfolds what is above them', async () => {
    const { page } = await history('?kind=gate-opened', { width: 360, height: 740 });
    await settled(page);
    const top = async () => (await lines(page).first().boundingBox())?.y ?? Infinity;
    await page.locator('.chart canvas').waitFor();
    expect(await top()).toBeLessThan(2 * 740);
    expect(await page.getByRole('link', { name: '445550142' }).isVisible()).toBe(false);
    // what holds is told, also where the filter is folded away
    await page
      .locator('summary')
      .filter({ hasText: 'Filter' })
      .filter({ hasText: '1 set' })
      .click();
    await page.getByLabel('Caller number').fill('15550142');
    await press(page, 'Show');
    await soon(() => query(page).get('caller')).toBe('15550142');
    await page.getByText('2 set').waitFor();
    await page.getByText('Failures by caller').click();
    await page.getByRole('link', { name: '445550142' }).waitFor();
    // a telephone that is turned has the room
    await page.setViewportSize({ width: 1000, height: 360 });
    await page.getByRole('heading', { name: 'Failures by caller' }).waitFor();
    await soon(() => page.locator('summary').count()).toBe(1);
  });

  it.each([
    ['light', {}],
    ['dark', { dark: true }],
    ['small', { width: 360, height: 740 }],
  ])('can use it: %s', async (_, how) => {
    const { page } = await history('', how);
    await settled(page);
    await page.locator('.chart canvas').waitFor();
    await page.getByText('The same as a table').click();
    await page.locator('.unfold').first().click();
    expect(await barriers(page)).toEqual([]);
    expect(await tooWide(page)).toBe(false);
    for (const path of ['?show=calls', '?show=grants', '?call=1']) {
      await page.goto(`/history${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.steps, .table, .empty').last().waitFor();
      expect(await barriers(page)).toEqual([]);
      expect(await tooWide(page)).toBe(false);
    }
  });
});
