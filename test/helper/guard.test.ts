import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/helper/config/config.ts';
import { Contest } from '../../src/helper/contest.ts';
import { Guard } from '../../src/helper/guard/guard.ts';
import { Visited } from '../../src/helper/guard/visited.ts';
import { Halt } from '../../src/helper/halt.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { usualLimits } from './process.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('the guard', () => {
  let space: Namespace;
  let folder: string;
  let guard: Guard;
  let logged: string[];

  /** The next nft fails, whatever it shall do. */
  const failNext = (): void => writeFileSync(join(folder, 'fails'), '');
  const armed = (): boolean =>
    space.run('nft', 'list', 'set', 'inet', 'dialgate', 'armed').includes('tcp');

  beforeEach(() => {
    space = makeNamespace();
    folder = mkdtempSync(join(tmpdir(), 'dialgate-guard-'));
    const nft = join(folder, 'nft');
    const program = `#!/bin/sh
rm ${folder}/fails 2>/dev/null && { echo "Error: out of memory" >&2; exit 1; }
exec ip netns exec ${space.name} /usr/sbin/nft "$@"
`;
    writeFileSync(nft, program, { mode: 0o755 });
    const config = readConfig(JSON.stringify({ ...usualLimits, socket: '/run/x/helper.sock' }));
    logged = [];
    guard = new Guard({
      nft,
      config,
      visited: new Visited(nft, config.table),
      halt: new Halt(),
      contest: new Contest(),
      contested: () => undefined,
      built: () => undefined,
      log: (event) => logged.push(event),
    });
  });
  afterEach(() => {
    space.remove();
    rmSync(folder, { recursive: true });
  });

  it('stays on where nft fails to switch it off', async () => {
    guard.wish(null);
    await guard.ensure();
    failNext();
    await expect(guard.release()).rejects.toThrow(/out of memory/);
    expect(existsSync(join(folder, 'fails'))).toBe(false);
    await guard.ensure();
    expect([armed(), logged]).toEqual([true, ['guard-built']]);
    await guard.release();
    expect(armed()).toBe(false);
  });
});
