import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Standing } from '../../src/domain/entry.ts';
import type { Opening } from '../../src/domain/grant.ts';
import { GuardClient } from '../../src/firewall/guard-client.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, type Namespace } from '../fixtures/namespace.ts';
import { standingHosts, whyNot } from './hosts.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';
import { soon } from './soon.ts';

const visitor = '203.0.113.7';
const standing = '203.0.113.8';
const opening: Opening = {
  address: visitor as Address,
  services: [{ service: 'web', seconds: 600 }],
};

const entries: Standing[] = [{ target: standing, services: ['web'], until: null }];

/** Where they are, as nft and ipset name sets. */
const setsOf: Readonly<Record<string, (address: string) => string[]>> = {
  'the guard': (address) => [
    ...['inet', 'dialgate'],
    address === visitor ? 'open4_web' : 'stand4_web',
  ],
  'sets of nftables': (address) => [
    ...['inet', 'filter'],
    address === visitor ? 'dg_web4' : 'dg_web4_stand',
  ],
  ipset: (address) => [address === visitor ? 'dialgate_web4' : 'dialgate_web4s'],
};

for (const own of standingHosts({ most: 100, widest4: 16, widest6: 32 })) {
  const wayOf = Object.keys(setsOf).find((name) => own.name.startsWith(name)) ?? '';
  describe.skipIf(whyNot(own) !== undefined)(`somebody fights over ${own.name}`, () => {
    let space: Namespace;
    let home: HelperHome;
    let helper: HelperProcess;
    let app: HelperClient;
    let guard: GuardClient;

    beforeEach(async () => {
      space = makeNamespace();
      own.before(space);
      home = await makeHome(own.limits);
      helper = await HelperProcess.start(space, home);
      own.after(space);
      app = new HelperClient({ socket: home.socket });
      guard = new GuardClient(home.adminSocket, 15_000);
      await app.open(opening);
      await app.stand(entries);
      // as dialgate does
      app.onDisturbed(() => void app.sync([opening]).catch(() => undefined));
    }, 30_000);

    afterEach(async () => {
      app.stop();
      await helper.end();
      space.remove();
      home.remove();
    });

    const set = (address: string): string[] => setsOf[wayOf]?.(address) ?? [];
    const takeOut = (address: string): void => {
      if (wayOf === 'ipset') space.run('ipset', 'del', ...set(address), address);
      else space.run('nft', 'delete', 'element', ...set(address), `{ ${address} }`);
    };
    const isIn = (address: string): boolean => {
      const listing =
        wayOf === 'ipset'
          ? space.run('ipset', 'list', ...set(address))
          : space.run('nft', 'list', 'set', ...set(address));
      return listing.includes(`${address} `);
    };

    it.each([visitor, standing])(
      'takes %s out again and again: left alone the fourth time, until somebody says otherwise',
      async (address) => {
        for (let round = 0; round < 3; round++) {
          takeOut(address);
          await soon(() => isIn(address));
          // what comes at once counts as one
          await sleep(700);
        }
        takeOut(address);
        await helper.says('-contested","level":"error"');
        // an ipset is mended before it is known what was taken out of it: this waits for the mend under way
        if (wayOf === 'ipset') await app.stand(entries);
        if (isIn(address)) takeOut(address);
        await sleep(4000);
        expect(isIn(address)).toBe(false);
        await expect(app.open(opening)).rejects.toThrow(/again and again.*dialgate guard resume/);
        await expect(app.close(visitor as Address)).rejects.toThrow(/again and again/);
        expect((await app.limits()).warnings?.join()).toMatch(/again and again/);
        expect((await guard.resume()).halted).toBeNull();
        await soon(() => isIn(address));
        await app.open(opening);
        expect((await app.limits()).warnings?.join() ?? '').not.toMatch(/again and again/);
      },
      60_000,
    );
  });
}

// the kernel names who changed something by the host's numbers, which are not the container's
for (const own of standingHosts({ most: 100, widest4: 16, widest6: 32 })) {
  describe.skipIf(whyNot(own) !== undefined)(`in a container, beside ${own.name}`, () => {
    it('what the helper does itself is nobody’s fight, and what others do is mended', async () => {
      const space = makeNamespace();
      own.before(space);
      const home = await makeHome(own.limits);
      const container = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
      const helper = HelperProcess.launch(space, home, container);
      try {
        await helper.says('"event":"ready"');
        const app = new HelperClient({ socket: home.socket });
        const hosts = Array.from({ length: 8 }, (_, n) => `203.0.113.${n + 1}`);
        const entry = (target: string): Standing => ({ target, services: ['web'], until: null });
        await app.stand([entry('198.51.100.0/28'), ...hosts.map(entry)]);
        for (let gone = 1; gone <= 6; gone++) {
          await app.stand([entry('198.51.100.0/28'), ...hosts.slice(gone).map(entry)]);
          await app.open(opening);
          await app.close(visitor as Address);
          await sleep(200);
        }
        await sleep(1500);
        expect(helper.errors).not.toContain('contested');
        expect((await app.limits()).warnings?.join() ?? '').not.toContain('again and again');
        own.flush(space);
        const restored = (): boolean =>
          (own.name.startsWith('ipset')
            ? space.run('ipset', 'save')
            : space.run('nft', 'list', 'ruleset')
          ).includes('203.0.113.8');
        await soon(restored);
        app.stop();
      } finally {
        await helper.end('SIGKILL');
        space.remove();
        home.remove();
      }
    }, 60_000);
  });
}
