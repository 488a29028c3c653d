import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Running } from '../../src/helper/running.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { makeHome, type HelperHome } from './process.ts';

describe('what runs', () => {
  it('is stopped in reverse order, and once', () => {
    const stopped: string[] = [];
    const running = new Running();
    for (const name of ['shell', 'backend', 'socket']) {
      running.add({ stop: () => stopped.push(name) });
    }
    running.stop();
    running.stop();
    expect(stopped).toEqual(['socket', 'backend', 'shell']);
  });
});

/** Starts the helper where another takes the place of root's socket meanwhile, and does nothing at all when that fails. */
const starter = `
  const [home, file] = process.argv.slice(1);
  const { mkdirSync } = await import('node:fs');
  const { startHelper } = await import(home + '/helper/helper.js');
  const { findNft, loadConfig } = await import(home + '/helper/config/config-file.js');
  const config = loadConfig(file);
  await startHelper(config, findNft(config), (event) => {
    console.log(event);
    if (event === 'guard-built') mkdirSync(config.adminSocket);
  }).catch((error) => console.log('failed: ' + error.message));
`;

describe.skipIf(whyNoNamespaces() !== undefined)('a start that fails half way', () => {
  let space: Namespace;
  let home: HelperHome;
  beforeEach(() => {
    space = makeNamespace();
  });
  afterEach(() => {
    space.remove();
    home.remove();
  });

  it('leaves nothing running, no socket, and the guard where it is', async () => {
    home = await makeHome();
    const child = space.start(
      process.execPath,
      '--input-type=module',
      '--eval',
      starter,
      join(home.main, '../..'),
      home.config,
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    // by itself: whatever were left open would keep it
    const [status] = (await once(child, 'close')) as [number | null];
    clearTimeout(late);
    expect(status, said).toBe(0);
    expect(said).toMatch(/guard-built/);
    expect(said).toMatch(/failed: The helper cannot listen at .*guard\.sock/);
    expect(said).not.toMatch(/^ready$/m);
    expect(existsSync(home.socket)).toBe(false);
    expect(space.run('nft', 'list', 'table', 'inet', 'dialgate')).toMatch(/hook prerouting/);
  });
});
