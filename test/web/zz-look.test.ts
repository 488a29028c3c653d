import { expect, test } from 'vitest';
import { barriers, tooWide, useBrowser, visit } from './browser.ts';
import { furnish } from './sample.ts';

useBrowser();
const paths = (process.env['LOOK'] ?? '/now').split(',');
test.each(paths)('%s', async (path) => {
  for (const [name, wanted] of [
    ['light', {}],
    ['dark', { dark: true }],
    ['small', { width: 360, height: 780 }],
  ] as const) {
    const as = path === '/sign-in' ? undefined : ('admin' as const);
    const { page } = await visit({ ...wanted, as, path, furnish });
    await page.waitForTimeout(700);
    const file = `/tmp/scratch/shot${path.replaceAll(/[^a-z]/g, '-')}-${name}.png`;
    await page.screenshot({ path: file, fullPage: name === 'small' });
    console.log(name, await tooWide(page), await barriers(page));
  }
  expect(1).toBe(1);
});
