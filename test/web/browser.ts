import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openPageHouse, type PageHouse } from './page-house.ts';

/** Debian's, as lab/setup/test.mjs installs it. */
const executablePath = '/usr/bin/chromium';

export interface Visit {
  readonly house: PageHouse;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of: errors of scripts, of the policy, of the console. */
  readonly complaints: string[];
}

export interface Wanted {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly stillness?: boolean;
  /** Of the browser's clock; Madrid unless said otherwise. */
  readonly zone?: string;
  /** Signed in as whom; nobody unless said. */
  readonly as?: 'admin' | 'operator' | 'auditor' | undefined;
  readonly path?: string;
  /** What the house is given before anybody comes. */
  readonly furnish?: (house: PageHouse) => Promise<void>;
  /** Complaints that the test brings about itself. */
  readonly mayComplain?: RegExp;
}

let browser: Browser | undefined;
const open: (() => Promise<void>)[] = [];

/** One browser for a file of tests; each visit has a house, a profile and a page of its own. */
export function useBrowser(): void {
  beforeAll(async () => {
    // as root, where tests run, Chromium has no sandbox to be in
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    browser = await chromium.launch({ executablePath, args, headless: true });
  });
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await browser?.close();
    browser = undefined;
  });
}

export async function visit(wanted: Wanted = {}): Promise<Visit> {
  if (!browser) throw new Error('call useBrowser() at the top of the file');
  const house = await openPageHouse();
  open.push(() => house.close());
  await wanted.furnish?.(house);
  const context = await browser.newContext({
    baseURL: house.at,
    viewport: { width: wanted.width ?? 1280, height: wanted.height ?? 860 },
    colorScheme: wanted.dark ? 'dark' : 'light',
    reducedMotion: wanted.stillness ? 'reduce' : 'no-preference',
    locale: 'en-GB',
    timezoneId: wanted.zone ?? 'Europe/Madrid',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const note = (text: string): void => {
    // who is not signed in is told so, and Chromium repeats it
    const expected = wanted.as === undefined && /status of 401/.test(text);
    if (!expected && !wanted.mayComplain?.test(text)) complaints.push(text);
  };
  page.on('pageerror', (error) => note(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(message.text());
  });
  open.push(async () => {
    await context.close();
    expect(complaints, 'what the browser complained of').toEqual([]);
  });
  if (wanted.as) await signIn({ house, page }, wanted.as);
  await page.goto(wanted.path ?? '/');
  return { house, page, context, complaints };
}

/** By the API rather than by the form, which has tests of its own. */
async function signIn(
  { house, page }: Pick<Visit, 'house' | 'page'>,
  as: 'admin' | 'operator' | 'auditor',
): Promise<void> {
  const answer = await page.request.post('/v1/session', { data: { token: house[as] } });
  expect(answer.status()).toBe(201);
}

interface Violation {
  readonly impact: string;
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The findings of axe that matter, as sentences. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly Violation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ impact, id, help, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${impact} ${id}: ${help}: ${html} ${failureSummary}`,
      ),
    );
}

/** Whether anything is wider than the screen. */
export const tooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
