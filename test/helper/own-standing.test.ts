import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Standing } from '../../src/domain/entry.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { standingHosts, whyNot } from './hosts.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';
import { soon } from './soon.ts';
import { serverAddress, travellers6, TwoHosts } from './two-hosts.ts';

const [, ownSets, ownIpsets] = standingHosts({ most: 100, widest4: 16, widest6: 32 });
const network = '203.0.113.16/28';
const [host, other, inNetwork, alsoInNetwork] = [1, 2, 17, 18].map((n) => `203.0.113.${n}`) as [
  string,
  string,
  string,
  string,
];

const entry = (target: string, services = ['web', 'sip'], seconds?: number): Standing => ({
  target,
  services,
  until: seconds === undefined ? null : Math.floor(Date.now() / 1000 + seconds) * 1000,
});

for (const own of [ownSets, ownIpsets].filter((one) => one !== undefined)) {
  describe.skipIf(whyNot(own) !== undefined)(`standing entries in ${own.name}`, () => {
    let hosts: TwoHosts;
    let home: HelperHome;
    let helper: HelperProcess;
    let firewall: HelperClient;

    beforeAll(async () => {
      hosts = new TwoHosts();
      await hosts.listen();
      own.before(hosts.inside);
      home = await makeHome({ ...own.limits, trusted: [] });
      helper = await HelperProcess.start(hosts.inside, home);
      own.after(hosts.inside);
      firewall = new HelperClient({ socket: home.socket });
      await firewall.list();
    }, 60_000);

    afterAll(async () => {
      firewall.stop();
      await helper.end();
      hosts.remove();
      home.remove();
    });

    const stand = async (...entries: Standing[]): Promise<void> => {
      expect((await firewall.stand(entries)).failed).toEqual([]);
    };
    const open = (address: string, seconds = 600): Promise<unknown> =>
      firewall.open({
        address: address as Address,
        services: ['web', 'sip'].map((service) => ({ service, seconds })),
      });
    const close = (address: string): Promise<void> => firewall.close(address as Address);
    const goesIn = async (from: string): Promise<boolean> =>
      (await hosts.connect(from)) !== undefined;
    const held = async (from: string, port = 80): Promise<string> => {
      const id = await hosts.connect(from, port);
      expect(id).toBeDefined();
      return id ?? '';
    };

    it('let hosts and networks of both families in, and nobody else', async () => {
      const [six, alsoSix] = travellers6;
      expect([await goesIn(host), await goesIn(inNetwork)]).toEqual([false, false]);
      await stand(entry(host, ['web']), entry(network, ['web']), entry(six));
      expect([await goesIn(host), await goesIn(inNetwork), await goesIn(six)]).toEqual([
        true,
        true,
        true,
      ]);
      expect([await goesIn(other), await goesIn(alsoSix)]).toEqual([false, false]);
      await stand(entry(host, ['sip']), entry('fd00::/64'));
      expect([await goesIn(host), await goesIn(inNetwork), await goesIn(alsoSix)]).toEqual([
        false,
        false,
        true,
      ]);
      expect(await firewall.list()).toEqual([]);
    }, 30_000);

    it('are cut when they are taken out, networks too, and others are not', async () => {
      await stand(entry(host), entry(network), entry(other), entry('fd00::/64'));
      const cut = [await held(host), await held(inNetwork), await held(travellers6[0])];
      const kept = [await held(other), await held(host, 9000), await held(inNetwork, 9000)];
      await stand(entry(other));
      for (const id of cut) expect(await hosts.falls(id)).toBe(true);
      for (const id of kept) expect(await hosts.echoes(id, 2000)).toBe(true);
    }, 60_000);

    it('are not cut where a grant or another entry lets them in, nor the other way round', async () => {
      await stand(entry(host), entry(network), entry(inNetwork), entry(alsoInNetwork));
      await open(host);
      await open(other);
      const [a, b, c, d] = [
        await held(host),
        await held(inNetwork),
        await held(alsoInNetwork),
        await held(other),
      ];
      await stand(entry(host), entry(network), entry(other)); // they stand by the network
      await close(other);
      await close(host);
      for (const id of [a, b, c, d]) expect(await hosts.echoes(id, 2000)).toBe(true);
      await open(host);
      await stand(entry(network));
      expect(await hosts.echoes(a, 2000)).toBe(true);
      expect(await hosts.falls(d)).toBe(true);
      await close(host);
      expect(await hosts.falls(a)).toBe(true);
      await stand(entry(alsoInNetwork));
      expect(await hosts.falls(b)).toBe(true);
      expect(await hosts.echoes(c, 2000)).toBe(true);
    }, 60_000);

    it('taken out, do not come back in by what the server sends, also when our table was lost', async () => {
      const { pbx, roamer, inside } = hosts;
      await stand(entry(host), entry(network));
      const phones = [
        ['h', host],
        ['n', inNetwork],
      ] as const;
      for (const [id, address] of phones) {
        roamer.tell('udp', id, address, 5060);
        expect(await roamer.says(`up ${id}`)).toBe(true);
        roamer.tell('send', id, serverAddress, 5060, `register-${id}`);
        expect(await pbx.says(`data sip register-${id}`)).toBe(true);
      }
      const from = helper.errors.length;
      await stand();
      await helper.says('"event":"cut"', from); // a busy machine answers before it is done
      const turnedAway = async (words: string): Promise<void> => {
        for (const [id, address] of phones) {
          pbx.tell('send', 'sip', address, 5060, words);
          await sleep(50);
          roamer.tell('send', id, serverAddress, 5060, `${words}-${id}`);
          expect(await pbx.says(`data sip ${words}-${id}`, 300)).toBe(false);
        }
      };
      await turnedAway('options');
      inside.run('nft', 'delete', 'table', 'inet', 'dialgate');
      await soon(() => {
        const tables = inside.run('nft', 'list', 'tables');
        return (
          tables.includes('inet dialgate\n') &&
          inside.run('nft', 'list', 'set', 'inet', 'dialgate', 'shut4_sip').includes(inNetwork)
        );
      });
      await turnedAway('again');
      await stand(entry(network));
      pbx.tell('send', 'sip', inNetwork, 5060, 'welcome');
      expect(await roamer.says('data n welcome')).toBe(true);
    }, 60_000);

    it('end by themselves, and their connections with them', async () => {
      await stand(entry(host, undefined, 3), entry(network, undefined, 3), entry(inNetwork));
      const [a, b, c] = [await held(host), await held(alsoInNetwork), await held(inNetwork)];
      await sleep(3000);
      for (const id of [a, b]) expect(await hosts.falls(id)).toBe(true);
      expect([await goesIn(host), await goesIn(alsoInNetwork)]).toEqual([false, false]);
      expect(await hosts.echoes(c, 2000)).toBe(true);
    }, 60_000);

    it('stay through a restart, and whoever ended meanwhile is cut', async () => {
      await stand(entry(host, undefined, 3), entry(other), entry(network));
      const [brief, stays] = [await held(host), await held(inNetwork)];
      await helper.end('SIGKILL');
      await sleep(3200);
      expect([await goesIn(host), await goesIn(other)]).toEqual([false, true]);
      expect(await hosts.echoes(brief, 2000)).toBe(true); // nobody cuts it yet
      helper = await HelperProcess.start(hosts.inside, home);
      expect(await hosts.falls(brief)).toBe(true);
      expect(await hosts.echoes(stays, 2000)).toBe(true);
      expect(await firewall.stand([entry(other), entry(network)])).toMatchObject({ added: 0 });
    }, 60_000);

    it('that were taken out do not come back with rules that were saved before', async () => {
      const { inside } = hosts;
      const saved = join(home.state, 'saved');
      await stand(entry(host), entry(network));
      const byIpset = own === ownIpsets;
      writeFileSync(
        saved,
        byIpset
          ? inside.run('ipset', 'save')
          : `flush ruleset\n${inside.run('nft', 'list ruleset')}`,
      );
      await stand(entry(other));
      const isIn = (address: string): boolean =>
        (byIpset ? inside.run('ipset', 'save') : inside.run('nft', 'list ruleset')).includes(
          address,
        );
      const load = (): void => {
        if (byIpset) inside.run('ipset', '-exist', '-file', saved, 'restore');
        else inside.run('nft', '-f', saved);
        expect(isIn(network.split('/', 1)[0] ?? '')).toBe(true);
      };
      if (!byIpset) {
        load(); // the kernel says nothing of ipset's changes, and more than there should be are not looked for
        await soon(() => isIn(other));
      }
      await helper.end();
      load(); // as at a boot
      helper = await HelperProcess.start(inside, home);
      expect([await goesIn(host), await goesIn(inNetwork), await goesIn(other)]).toEqual([
        false,
        false,
        true,
      ]);
    }, 60_000);

    it('are put back after a flush, and when somebody has taken one out', async () => {
      await stand(entry(other), entry(network));
      own.flush(hosts.inside);
      const back = async (address: string): Promise<void> => {
        for (let tries = 0; tries < 10 && !(await goesIn(address)); tries++) await sleep(200);
        expect(await goesIn(address)).toBe(true);
      };
      await back(other);
      await back(inNetwork);
      await sleep(5500); // until the helper need not look so often any more
      takeOut(other);
      await back(other);
    }, 60_000);

    function takeOut(address: string): void {
      const { inside } = hosts;
      if (own === ownIpsets) inside.run('ipset', 'del', 'dialgate_web4s', address);
      else inside.run('nft', `delete element inet filter dg_web4_stand { ${address} }`);
    }

    it('that may stand no more after a change of helper.json are gone', async () => {
      await stand(entry(other), entry(network));
      const id = await held(inNetwork);
      await helper.end();
      home.configure({ ...own.limits, trusted: [], standing: { most: 0 } });
      helper = await HelperProcess.start(hosts.inside, home);
      expect(await hosts.falls(id)).toBe(true);
      expect([await goesIn(other), await goesIn(inNetwork)]).toEqual([false, false]);
    }, 60_000);
  });
}
