import type { Page } from 'playwright-core';
import QRCode from 'qrcode';
import { describe, expect, it } from 'vitest';
import { barriers, tooWide, useBrowser, visit, type Wanted } from './browser.ts';
import type { PageHouse } from './page-house.ts';
import { addPeople } from './past.ts';

useBrowser();

const card = (size: 'a4' | 'wallet', wanted: Wanted = {}, user = 'mira') =>
  visit({
    as: 'admin',
    stillness: true,
    furnish: addPeople,
    path: `/people?user=${user}&card=${size}`,
    ...wanted,
  });

/** All that ship can be heard. */
const everyLanguage = async (house: PageHouse): Promise<void> => {
  await addPeople(house);
  const { speech, ...rest } = house.configuration.now;
  house.configuration.now = { ...rest, speech: { ...speech, languages: ['es', 'fr', 'de', 'it'] } };
};

const code = '233*245*478';
const uri = 'tel:+15550142,,233*245*478%23';

/** What the picture of the code shows: the colour in the middle of each module, row by row. */
async function modulesSeen(page: Page, size: number): Promise<number[]> {
  const picture = await page.locator('svg.qr').last().screenshot({ scale: 'css' });
  const png = `data:image/png;base64,${picture.toString('base64')}`;
  return page.evaluate<number[]>(`(async (count) => {
    const shown = new Image();
    shown.src = ${JSON.stringify(png)};
    await shown.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: shown.width, height: shown.height });
    const ink = canvas.getContext('2d', { willReadFrequently: true });
    ink.drawImage(shown, 0, 0);
    const at = (row, column) => {
      const [x, y] = [column, row].map((n) => ((4.5 + n) / (count + 8)) * shown.width);
      return ink.getImageData(x, y, 1, 1).data[0] < 128 ? 1 : 0;
    };
    return Array.from({ length: count ** 2 }, (_, n) => at(Math.floor(n / count), n % count));
  })(${size})`);
}

/** The pages of a PDF, in millimetres. */
async function printed(page: Page): Promise<readonly (readonly [number, number])[]> {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  return [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]/g)].map(
    ([, width, height]) => [
      Math.round((Number(width) / 72) * 25.4),
      Math.round((Number(height) / 72) * 25.4),
    ],
  );
}

async function typeCode(page: Page, text = code): Promise<void> {
  await page.getByLabel('Knock code', { exact: true }).selectOption('printed');
  await page.getByLabel('The knock code').fill(text);
}

describe('a travel card', () => {
  it('says what to dial, in the language of the user, with a line for the code', async () => {
    const { page } = await card('a4');
    await page.getByText('Abre el acceso desde donde esté').waitFor();
    const paper = page.locator('.travel-card');
    expect(await paper.locator('.card-number').allTextContents()).toEqual([
      '+1 555 0142',
      '+1 555 0142',
    ]);
    expect(await paper.locator('.card-line').count()).toBe(2);
    expect(await paper.getAttribute('lang')).toBe('es');
    await page.getByLabel('Knock code', { exact: true }).selectOption('none');
    expect(await paper.locator('.card-line').count()).toBe(0);
  });

  it('is offered in what a call can be in, and no other language', async () => {
    const { page } = await card('a4', {}, 'ines');
    const choice = page.getByLabel('Language', { exact: true });
    await choice.waitFor();
    expect(await choice.locator('option').allTextContents()).toEqual(['English', 'Español']);
    // hers is German, which is not spoken here: the call is in the site's
    expect(await choice.inputValue()).toBe('en');
  });

  it.each(['English', 'Español', 'Français', 'Deutsch', 'Italiano'])(
    'is there in %s',
    async (name) => {
      const { page } = await card('wallet', { furnish: everyLanguage });
      await page.getByLabel('Language', { exact: true }).selectOption({ label: name });
      const face = page.locator('.wallet-face');
      await typeCode(page, '65535*65535*65535');
      // all of it is on the card, and nothing is cut off
      const fits = await face.evaluate(
        (element) =>
          element.scrollHeight <= element.clientHeight &&
          element.scrollWidth <= element.clientWidth,
      );
      expect(fits).toBe(true);
    },
  );

  it('has a QR code that dials the number, and the knock code after it', async () => {
    const { page } = await card('wallet');
    await page.locator('svg.qr').waitFor();
    const plain = QRCode.create('tel:+15550142', { errorCorrectionLevel: 'M' }).modules;
    expect(await modulesSeen(page, plain.size)).toEqual(Array.from(plain.data, Number));
    await typeCode(page, '233 245 478');
    await page.getByText(code).waitFor();
    const whole = QRCode.create(uri, { errorCorrectionLevel: 'M' }).modules;
    await page.locator(`svg.qr[viewBox="0 0 ${whole.size + 8} ${whole.size + 8}"]`).waitFor();
    expect(await modulesSeen(page, whole.size)).toEqual(Array.from(whole.data, Number));
  });

  it('is one leaf of A4 or of a wallet’s size, and nothing around it is printed', async () => {
    const { page } = await card('a4');
    await page.locator('svg.qr').first().waitFor();
    expect(await printed(page)).toEqual([[210, 297]]);
    await page.getByLabel('Size').selectOption('wallet');
    await page.locator('.travel-card.wallet svg.qr').waitFor();
    expect(await printed(page)).toEqual([[85, 54]]);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    expect(await page.getByRole('heading', { name: 'Travel card' }).isVisible()).toBe(false);
    expect(await page.locator('.travel-card').boundingBox()).toMatchObject({ x: 0, y: 0 });
  });

  it('prints where its button is pressed', async () => {
    const { page } = await card('a4');
    await page.locator('svg.qr').first().waitFor();
    await page.evaluate('window.print = () => { document.title = "printed" }');
    await page.getByRole('button', { name: 'Print' }).click();
    expect(await page.title()).toBe('printed');
  });

  it('asks for the second factor that the user has', async () => {
    const { page } = await card(
      'a4',
      {
        furnish: async (house) => {
          await addPeople(house);
          await house.rules.newSheet('tomas', 'cli:local');
        },
      },
      'tomas',
    );
    await page.getByText('your one-time code, then').waitFor();
  });

  it('takes the knock code from the dialog that shows it once, and forgets it afterwards', async () => {
    const { page } = await visit({
      as: 'admin',
      stillness: true,
      furnish: addPeople,
      path: '/people?user=mira',
    });
    await page.getByRole('button', { name: 'New knock code' }).click();
    await page.getByRole('button', { name: 'Make a new knock code' }).click();
    const made = (await page.locator('output[aria-label="Knock code"]').textContent()) ?? '';
    await page.getByRole('dialog').getByRole('button', { name: 'Travel card' }).click();
    await page.locator('.card-code b').first().waitFor();
    expect(await page.locator('.card-code b').first().textContent()).toBe(`${made}#`);
    await page.getByRole('link', { name: 'mira' }).click();
    await page.getByRole('button', { name: 'Travel card' }).click();
    await page.locator('.card-line').first().waitFor();
    const everything = await page.evaluate<string>(
      `JSON.stringify([document.documentElement.outerHTML, history.state, location.href,
        [...document.querySelectorAll('input')].map(({ value }) => value),
        { ...localStorage }, { ...sessionStorage }])`,
    );
    expect(everything).not.toContain(made);
    await page.goBack();
    await page.goBack();
    await page.locator('.travel-card').waitFor();
    expect(await page.content()).not.toContain(made);
  });

  it('says what is no knock code, and prints none then', async () => {
    const { page } = await card('wallet');
    await typeCode(page, '1*2');
    await page.getByText('Three numbers from 1 to 65535').waitFor();
    expect(await page.locator('.card-code b').count()).toBe(0);
  });

  it.each([
    ['light', {}],
    ['dark', { dark: true }],
    ['small', { width: 360, height: 740 }],
  ])('can be made by everybody: %s', async (_, how) => {
    const { page } = await card('a4', how);
    await page.locator('svg.qr').first().waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await tooWide(page)).toBe(false);
  });
});
