import type { Browser } from 'playwright-core';

export interface Load {
  /** As they came over the wire: compressed, with their headers. */
  readonly bytes: number;
  readonly requests: number;
  /** From the start of the navigation to the first frame that shows who is in. ms */
  readonly usable: number;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** Notes when the list is there and has been drawn. */
const watching = `(() => {
  const look = () => {
    if (!document.querySelector('.open-grant')) return false;
    requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
    return true;
  };
  const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
  observer.observe(document, { childList: true, subtree: true });
})()`;

/** Waits for that. */
const drawn = `new Promise((resolve) => {
  const timer = setInterval(() => {
    if (window.usableAt === undefined) return;
    clearInterval(timer);
    resolve(window.usableAt);
  }, 10);
})`;

const patience = 30_000; // ms
/** What is still asked for when the list is there comes meanwhile. ms */
const afterwards = 500;

/** Loads the page as one who is signed in and whose browser has kept nothing of it. */
export async function firstLoad(
  browser: Browser,
  at: string,
  cookie: Cookie | undefined,
): Promise<Load> {
  const context = await browser.newContext({ baseURL: at });
  context.setDefaultTimeout(patience);
  try {
    if (cookie) await context.addCookies([{ ...cookie, url: at }]);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    let bytes = 0;
    let requests = 0;
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
      requests += 1;
    });
    await devtools.send('Network.enable');
    await page.addInitScript(watching);
    await page.goto('/');
    await page.locator('.open-grant').first().waitFor();
    const usable = await page.evaluate<number>(drawn);
    await page.waitForTimeout(afterwards);
    return { bytes, requests, usable };
  } finally {
    await context.close();
  }
}
