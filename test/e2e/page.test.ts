import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowserInside, type BrowserInside } from '../../lab/inside/browser.ts';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/start-lab.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import { addTraveller, dialString, phones } from './caller.ts';

const here = '203.0.113.7';
/** Long, so that a busy machine fails nothing. ms */
const patience = 30_000;

/** The page in a real browser, before a gate that a real call opens. */
describe.skipIf(!kernelAllows.firewall)('the page', () => {
  let lab: Lab;
  let inside: BrowserInside;

  beforeAll(async () => {
    lab = await startLab();
    await addTraveller(lab);
    inside = await openBrowserInside(lab);
  });
  afterAll(async () => {
    await inside?.close();
    await lab?.stop();
  });

  async function signedIn(): Promise<Page> {
    const page = await inside.browser.newPage({ baseURL: lab.product.restUrl });
    page.setDefaultTimeout(patience);
    await page.goto('/');
    await page.getByLabel('Token').fill(lab.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Nobody is in', { exact: true }).waitFor();
    return page;
  }

  test('shows who a call lets in, that packets have come, and closes in one click: the connection dies', async () => {
    const page = await signedIn();
    const roaming = lab.places.roaming;
    expect(await roaming.tryConnect(lab.server, 443, { from: here, ms: 700 })).toBe('dropped');

    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    const open = page.locator('.open-grant').filter({ hasText: here });
    await open.waitFor();
    await open.getByText('No packet yet').waitFor();
    const call = open.getByRole('link', { name: /^call \d+$/ });
    expect(await call.textContent()).toMatch(/^call \d+$/);

    const held = await roaming.hold(lab.server, 22, { from: here });
    expect(await held.alive()).toBe(true);
    await open.getByText(/^(\d+ packets?|Packets came)$/).waitFor();

    await open.getByRole('button', { name: `Close ${here} of traveller` }).click();
    await page.getByText('Nobody is in', { exact: true }).waitFor();
    expect(await held.alive(700)).toBe(false);
    expect(await roaming.tryConnect(lab.server, 443, { from: here, ms: 700 })).toBe('dropped');
    await held.letGo();
    await caller.call.hangUp();
    await caller.ended();
    const { body } = await lab.rest('GET', '/v1/audit?kind=gate-closed');
    expect(body.items[0]).toMatchObject({ actor: 'token:lab', address: here });

    // and if it was a slip
    await page.getByRole('button', { name: 'Undo' }).click();
    await open.waitFor();
    expect(await roaming.tryConnect(lab.server, 443, { from: here })).toBe('in');
    await page.close();
  });
});
