import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../src/domain/entry.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { roomFor } from '../../src/helper/standing/room.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';

/** Hosts that are taken out are remembered for a day, so that they do not come back in as answers. */
describe.skipIf(whyNoNamespaces() !== undefined)('the memory of hosts that stood', () => {
  const most = 10;
  const hosts = ['203.0.113.7', '203.0.113.8'];
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-stood-'));
    space = makeNamespace();
    home = await makeHome({ ...usualLimits, standing: { most, widest4: 16, widest6: 32 } });
    helper = await HelperProcess.start(space, home);
    firewall = new HelperClient({ socket: home.socket });
  }, 60_000);
  afterEach(async () => {
    firewall.stop();
    await helper.end();
    space.remove();
    home.remove();
    rmSync(folder, { recursive: true });
  });

  const stand = async (...targets: string[]): Promise<void> => {
    const entries = targets.map((target): Standing => ({ target, services: ['web'], until: null }));
    expect((await firewall.stand(entries)).failed).toEqual([]);
  };
  const holds = (set: string, address: string): boolean => {
    try {
      space.run('nft', 'get', 'element', 'inet', 'dialgate', set, `{ ${address} }`);
      return true;
    } catch {
      return false;
    }
  };

  it('when it is full, lets out whoever is taken out all the same, says so, and goes on', async () => {
    await stand(...hosts);
    const all = Array.from(
      { length: roomFor(most) },
      (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255} timeout 1h`,
    );
    const file = join(folder, 'fill.nft');
    writeFileSync(file, `add element inet dialgate stood4 { ${all.join(', ')} }\n`);
    space.run('nft', '-f', file);
    await stand('203.0.113.8');
    expect(hosts.map((host) => holds('stand4_web', host))).toEqual([false, true]);
    expect(holds('stood4', '203.0.113.7')).toBe(false);
    expect(helper.errors).toMatch(/"event":"stood-full"[^\n]*could not be remembered/);
    // others come in as ever
    await stand('203.0.113.8', '203.0.113.9');
    expect(holds('stand4_web', '203.0.113.9')).toBe(true);
    // with room again, it remembers again
    space.run('nft', 'flush', 'set', 'inet', 'dialgate', 'stood4');
    await stand('203.0.113.9');
    expect([holds('stand4_web', '203.0.113.8'), holds('stood4', '203.0.113.8')]).toEqual([
      false,
      true,
    ]);
  }, 60_000);
});
