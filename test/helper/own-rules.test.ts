import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { ownIpsets, ownLegacyIpsets, ownSets, whyNot } from './hosts.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';
import { soon } from './soon.ts';
import { serverAddress, serverAddress6, travellers6, TwoHosts } from './two-hosts.ts';

for (const own of [ownSets, ownIpsets, ownLegacyIpsets]) {
  describe.skipIf(whyNot(own) !== undefined)(`beside rules of ${own.name}`, () => {
    let hosts: TwoHosts;
    let home: HelperHome;
    let helper: HelperProcess;
    let firewall: HelperClient;
    let disturbed = 0;

    const open = (address: string, seconds = 60): Promise<void> =>
      firewall.open({
        address: address as Address,
        services: [
          { service: 'web', seconds },
          { service: 'sip', seconds },
        ],
      });
    const close = (address: string): Promise<void> => firewall.close(address as Address);

    beforeAll(async () => {
      hosts = new TwoHosts();
      await hosts.listen();
      own.before(hosts.inside);
      home = await makeHome(own.limits);
      helper = await HelperProcess.start(hosts.inside, home);
      own.after(hosts.inside);
      firewall = new HelperClient({ socket: home.socket });
      firewall.onDisturbed(() => disturbed++);
      await firewall.list();
    }, 60_000);

    afterAll(async () => {
      firewall.stop();
      await helper.end();
      hosts.remove();
      home.remove();
    });

    it('lets in who is opened, and nobody else', async () => {
      const [guest, stranger] = [hosts.newcomer(), hosts.newcomer()];
      expect(await hosts.connect(guest)).toBeUndefined();
      expect(await hosts.connect(guest, 9000)).toBeDefined();
      await open(guest);
      expect(await hosts.connect(guest)).toBeDefined();
      expect(await hosts.connect(stranger)).toBeUndefined();
      await close(guest);
      expect(await hosts.connect(guest)).toBeUndefined();
    });

    it('lets in an IPv6 host, or its /64, and each alone', async () => {
      const [host, other] = travellers6;
      const goesIn = async (from: string): Promise<boolean> =>
        (await hosts.connect(from)) !== undefined;
      await open(host);
      expect([await goesIn(host), await goesIn(other)]).toEqual([true, false]);
      await open('fd00::/64');
      expect([await goesIn(host), await goesIn(other)]).toEqual([true, true]);
      await close(host);
      const held = (await hosts.connect(host)) ?? '';
      expect(await hosts.echoes(held)).toBe(true); // the network covers it
      await close('fd00::/64');
      expect(await hosts.falls(held)).toBe(true);
      expect([await goesIn(host), await goesIn(other)]).toEqual([false, false]);
    });

    it('counts what has come since it was opened', async () => {
      const guest = hosts.newcomer();
      await open(guest);
      expect(await firewall.packetsFrom(guest)).toBe(0);
      await hosts.connect(guest);
      expect(await firewall.packetsFrom(guest)).toBeGreaterThan(0);
      await open(guest);
      expect(await firewall.packetsFrom(guest)).toBe(0);
      await close(guest);
    });

    it('cuts what stands when it is closed, and only that', async () => {
      const [guest, other] = [hosts.newcomer(), hosts.newcomer()];
      await open(guest);
      await open(other);
      const cut = (await hosts.connect(guest)) ?? '';
      const its = (await hosts.connect(guest, 9000)) ?? '';
      const kept = (await hosts.connect(other)) ?? '';
      await open(guest); // renewing does not disturb it
      expect(await hosts.echoes(cut)).toBe(true);
      await close(guest);
      expect(await hosts.falls(cut)).toBe(true);
      expect(await hosts.echoes(its)).toBe(true); // of a port that is no service of ours
      expect(await hosts.echoes(kept)).toBe(true);
      await close(other);
    });

    it('is not brought back by what the server sends', async () => {
      const guest = hosts.newcomer();
      await open(guest);
      const { pbx, roamer } = hosts;
      roamer.tell('udp', 'phone', guest, 5060);
      expect(await roamer.says('up phone')).toBe(true);
      roamer.tell('send', 'phone', serverAddress, 5060, 'register');
      expect(await pbx.says('data sip register')).toBe(true);
      pbx.tell('send', 'sip', guest, 5060, 'welcome');
      expect(await roamer.says('data phone welcome')).toBe(true);
      await close(guest);
      pbx.tell('send', 'sip', guest, 5060, 'options');
      await sleep(50);
      roamer.tell('send', 'phone', serverAddress, 5060, 'again');
      expect(await pbx.says('data sip again', 400)).toBe(false);
      await open(guest);
      pbx.tell('send', 'sip', guest, 5060, 'options2');
      expect(await roamer.says('data phone options2')).toBe(true);
      await close(guest);
    });

    it('nor by a helper that begins anew with another configuration', async () => {
      const { pbx, roamer, inside } = hosts;
      const [guest, brief] = [hosts.newcomer(), hosts.newcomer()];
      await open(guest);
      roamer.tell('udp', 'phone2', guest, 5060);
      expect(await roamer.says('up phone2')).toBe(true);
      roamer.tell('send', 'phone2', serverAddress, 5060, 'register2');
      expect(await pbx.says('data sip register2')).toBe(true);
      await close(guest);
      await open(brief, 1);
      const stands = (await hosts.connect(brief)) ?? '';
      await helper.end('SIGKILL');
      await sleep(1200);
      home.configure({ ...own.limits, trusted: [] });
      helper = await HelperProcess.start(inside, home);
      await helper.says('"event":"cut"');
      expect(await hosts.falls(stands)).toBe(true);
      pbx.tell('send', 'sip', guest, 5060, 'options3');
      await sleep(50);
      roamer.tell('send', 'phone2', serverAddress, 5060, 'again3');
      expect(await pbx.says('data sip again3', 400)).toBe(false);
    });

    it('leaves the server free to speak first to a host whose /64 alone was closed', async () => {
      const [host] = travellers6;
      const { pbx, roamer } = hosts;
      pbx.tell('udp', 'sip6', serverAddress6, 5061);
      roamer.tell('udp', 'phone6', host, 5061);
      expect(await pbx.says('up sip6')).toBe(true);
      expect(await roamer.says('up phone6')).toBe(true);
      await open('fd00::/64');
      await open(host);
      await close('fd00::/64');
      pbx.tell('send', 'sip6', host, 5061, 'first');
      expect(await roamer.says('data phone6 first')).toBe(true);
      await close(host);
      pbx.tell('send', 'sip6', host, 5061, 'second');
      expect(await roamer.says('data phone6 second', 400)).toBe(false);
      await open('fd00::/64');
      pbx.tell('send', 'sip6', host, 5061, 'third');
      expect(await roamer.says('data phone6 third')).toBe(true);
      await close('fd00::/64');
      await open(host);
      pbx.tell('send', 'sip6', host, 5061, 'fourth');
      expect(await roamer.says('data phone6 fourth')).toBe(true);
      await close(host);
    });

    it('cuts what stands when the time is up', async () => {
      const guest = hosts.newcomer();
      await open(guest, 1);
      const held = (await hosts.connect(guest)) ?? '';
      expect(await hosts.echoes(held)).toBe(true);
      await sleep(1500);
      expect(await hosts.falls(held)).toBe(true);
      expect(await hosts.connect(guest)).toBeUndefined();
    });

    it('ends on time with the helper dead, and a new one cuts what stands', async () => {
      const [brief, long] = [hosts.newcomer(), hosts.newcomer()];
      await open(brief, 1);
      await open(long);
      const [stands, stays] = [
        (await hosts.connect(brief)) ?? '',
        (await hosts.connect(long)) ?? '',
      ];
      await helper.end('SIGKILL');
      await sleep(1200);
      expect(await hosts.connect(brief)).toBeUndefined();
      helper = await HelperProcess.start(hosts.inside, home);
      await helper.says('"event":"cut"');
      expect(await hosts.falls(stands)).toBe(true);
      expect(await hosts.echoes(stays)).toBe(true);
      expect((await firewall.list()).map(({ address }) => address)).not.toContain(brief);
      await close(long);
    });

    it('notices a flush, and fills the sets again', async () => {
      const guest = hosts.newcomer();
      await open(guest);
      const before = disturbed;
      own.flush(hosts.inside);
      await soon(() => disturbed > before);
      expect(await firewall.list()).toEqual([]);
      const services = [{ service: 'web', seconds: 60 }];
      const report = await firewall.sync([{ address: guest, services }]);
      expect(report).toEqual({ opened: [guest], closed: [], failed: [] });
      expect(await hosts.connect(guest)).toBeDefined();
    });

    it('is not disturbed by itself', async () => {
      await sleep(300);
      const before = disturbed;
      const guest = hosts.newcomer();
      await open(guest);
      await close(guest);
      await firewall.sync([]);
      await sleep(500);
      expect(disturbed).toBe(before);
    });
  });
}
