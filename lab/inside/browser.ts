import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import type { Lab } from '../lab.ts';

/** Debian's, as lab/setup/test.mjs installs it. */
const executablePath = '/usr/bin/chromium';

export interface BrowserInside {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A browser on the server of a lab: its page is on the loopback address there, and nowhere else. */
export async function openBrowserInside(lab: Lab): Promise<BrowserInside> {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-browser-'));
  const program = join(folder, 'chromium');
  const inside = [...lab.at('server'), executablePath].map((word) => `'${word}'`).join(' ');
  // replaced by the program, so that ending the one ends the other
  writeFileSync(program, `#!/bin/sh\nexec ${inside} "$@"\n`);
  chmodSync(program, 0o755);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    // as root, where tests run, Chromium has no sandbox to be in
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    const browser = await chromium.launch({ executablePath: program, args, headless: true });
    return {
      browser,
      async close() {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
