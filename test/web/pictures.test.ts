import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { useBrowser, visit } from './browser.ts';
import { addPast, addPeople } from './past.ts';
import { furnish } from './sample.ts';

/** The pictures of the docs: `DIALGATE_PICTURES=docs/images npx vitest run test/web/pictures.test.ts`. */
const wanted = process.env['DIALGATE_PICTURES'];
const folder = wanted ?? mkdtempSync(join(tmpdir(), 'dialgate-pictures-'));
mkdirSync(folder, { recursive: true });
afterAll(() => {
  if (wanted === undefined) rmSync(folder, { recursive: true, force: true });
});

useBrowser();

/** Where it is about three in the afternoon: a picture of midnight has a date beside every time. */
const ahead = 15 - new Date().getUTCHours();
const afternoon = `Etc/GMT${ahead > 12 ? '-12' : ahead > 0 ? `-${ahead}` : `+${-ahead}`}`;

const views = [
  ['now', '/now', '.open-grant'],
  ['history', '/history', 'h1'],
  ['people', '/people', 'h1'],
  ['travel-card', '/people?user=mira&card=a4', 'svg.qr'],
  ['entries', '/entries', '.table'],
  ['sign-in', '/sign-in', 'input'],
] as const;

it.each(views)('%s', async (name, path, there) => {
  for (const dark of [false, true]) {
    const { page } = await visit({
      as: name === 'sign-in' ? undefined : 'admin',
      path,
      dark,
      stillness: true,
      zone: afternoon,
      width: 1248,
      height: 740,
      furnish: async (house) => {
        if (name === 'history' || name === 'people' || name === 'travel-card') {
          await addPeople(house);
          await addPast(house, Date.now());
        } else {
          await furnish(house);
        }
      },
    });
    await page.locator(there).first().waitFor();
    // what is asked while it is drawn has come, and has been drawn
    await page.waitForTimeout(1200);
    const file = join(folder, `page-${name}${dark ? '-dark' : ''}.png`);
    await page.screenshot({ path: file });
    expect(statSync(file).size).toBeLessThan(150_000);
  }
});
