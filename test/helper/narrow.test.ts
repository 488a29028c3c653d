import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Recording } from '../../src/domain/ports.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('a helper that', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;

  async function start(limits: object, under: readonly string[] = []): Promise<void> {
    space = makeNamespace();
    home = await makeHome({ ...usualLimits, ...limits });
    helper = HelperProcess.launch(space, home, under);
    await helper.says('"event":"ready"');
    firewall = new HelperClient({ socket: home.socket });
  }

  afterEach(async () => {
    firewall.stop();
    await helper.end();
    space.remove();
    home.remove();
  });

  it('may open no network opens the single address alone', async () => {
    await start({ networks: undefined });
    const services = [{ service: 'web', seconds: 60 }];
    const network = { address: '2001:db8:0:1::/64' as Address, services };
    const host = { address: '2001:db8:0:1::7' as Address, services };
    expect(await firewall.limits()).toMatchObject({ networks: false });
    const refused: unknown = await firewall.open(network).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'firewall-refused' });
    expect((refused as Error).message).toMatch(/2001:db8:0:1::\/64.*"networks": true/);
    await firewall.open(host);
    const report = await firewall.sync([host, network]);
    expect(report).toMatchObject({ opened: [], failed: [{ address: network.address }] });
    expect((await firewall.list()).map(({ address }) => address)).toEqual([host.address]);
    await firewall.close(network.address);
  });

  it('cannot see the sockets of its host records nothing, and opens all the same', async () => {
    await start({}, [
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t proc -o subset=pid proc /proc && exec "$@"',
      'sh',
    ]);
    for (const ports of ['any', [233]] as const) {
      const refused: unknown = await firewall.record(ports, 60).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'firewall-refused' });
      expect((refused as Error).message).toMatch(/cannot be read from \/proc\/net/);
    }
    expect(space.run('nft', 'list', 'tables')).not.toContain('window');
    const services = [{ service: 'web', seconds: 60 }];
    await firewall.open({ address: '203.0.113.7' as Address, services });
  });

  it('has few ports to choose from chooses none that is a decoy beside it', async () => {
    await start({ pairing: { first: 50_000, last: 51_023 } });
    const decoysOf = (slot: number): number[] => {
      const set = space.run('nft', 'list', 'set', 'inet', `dialgate_window${slot}`, 'decoys');
      return [...set.matchAll(/(\d+) timeout/g)].map(([, port]) => Number(port));
    };
    for (let round = 0; round < 3; round++) {
      const begun: Recording[] = [];
      const atFirst: number[][] = [];
      for (let slot = 0; slot < 8; slot++) {
        begun.push(await firewall.record('any', 60));
        atFirst.push(decoysOf(slot));
      }
      // none has been taken from the others either
      expect(begun.map((_, slot) => decoysOf(slot))).toEqual(atFirst);
      const wanted = new Set(begun.flatMap(({ ports }) => ports));
      expect(atFirst.flat().filter((port) => wanted.has(port))).toEqual([]);
      await Promise.all(begun.map((one) => one.stop()));
    }
  });
});
