import { expect, it } from 'vitest';
import { useBrowser, visit } from './browser.ts';
import { furnish } from './sample.ts';

useBrowser();

it('loads little, from nowhere else, and keeps to its policy', async () => {
  const { house, page } = await visit({ as: 'admin', path: '/sign-in', furnish });
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  let bytes = 0;
  const hosts = new Set<string>();
  session.on('Network.responseReceived', ({ response }) => hosts.add(new URL(response.url).origin));
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.evaluate(
    `addEventListener('securitypolicyviolation', ({ violatedDirective }) => console.error(violatedDirective))`,
  );
  const began = Date.now();
  const answer = await page.goto('/now');
  await page.locator('.open-grant').first().waitFor();
  const took = Date.now() - began;
  expect([...hosts]).toEqual([house.at]);
  // with all that the view has asked of the API
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(60_000);
  // a second is what it must reach on a quiet machine; tests have two cores to share
  expect(took).toBeLessThan(3000);
  expect(answer?.headers()['content-security-policy']).toMatch(
    /default-src 'none'; script-src 'self'/,
  );
});

it('a script from elsewhere, or in the markup, does not run', async () => {
  const { page } = await visit({ path: '/sign-in', mayComplain: /Content Security Policy/ });
  await page.getByLabel('Token').waitFor();
  const ran = await page.evaluate<boolean>(`(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return 'ran' in window;
  })()`);
  expect(ran).toBe(false);
});
