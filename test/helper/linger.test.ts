import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { guarded, ownIpsets, ownSets, whyNot } from './hosts.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';
import { serverAddress, TwoHosts } from './two-hosts.ts';

for (const own of [guarded, ownSets, ownIpsets]) {
  describe.skipIf(whyNot(own) !== undefined)(`connections may linger, with ${own.name}`, () => {
    let hosts: TwoHosts;
    let home: HelperHome;
    let helper: HelperProcess;
    let firewall: HelperClient;

    const open = (address: string, seconds = 60): Promise<void> =>
      firewall.open({
        address: address as Address,
        services: [
          { service: 'web', seconds },
          { service: 'sip', seconds },
        ],
      });
    const connect = async (address: string): Promise<string> =>
      (await hosts.connect(address)) ?? 'refused';

    beforeAll(async () => {
      hosts = new TwoHosts();
      await hosts.listen();
      own.before(hosts.inside);
      home = await makeHome({ ...own.limits, linger: 6 });
      helper = await HelperProcess.start(hosts.inside, home);
      own.after(hosts.inside);
      firewall = new HelperClient({ socket: home.socket });
    }, 60_000);

    afterAll(async () => {
      firewall.stop();
      await helper.end();
      hosts.remove();
      home.remove();
    });

    it('when it is closed: those that stand go on for that long, and no new one comes in', async () => {
      const guest = hosts.newcomer();
      await open(guest);
      const held = await connect(guest);
      await firewall.close(guest);
      expect(await hosts.echoes(held)).toBe(true);
      expect(await connect(guest)).toBe('refused');
      expect(await hosts.echoes(held)).toBe(true);
      await sleep(5000);
      expect(await hosts.falls(held)).toBe(true);
    });

    it('a call by UDP, too, with what either side says in it', async () => {
      const guest = hosts.newcomer();
      const { pbx, roamer } = hosts;
      const port = 40_000;
      for (const [id, at] of [
        ['phone', port],
        ['other', port + 1],
      ] as const) {
        roamer.tell('udp', id, guest, at);
        expect(await roamer.says(`up ${id}`)).toBe(true);
      }
      const hears = (from: string, words: string, within?: number): Promise<boolean> => {
        roamer.tell('send', from, serverAddress, 5060, words);
        return pbx.says(`data sip ${words}`, within);
      };
      const answers = (words: string, within?: number): Promise<boolean> => {
        pbx.tell('send', 'sip', guest, port, words);
        return roamer.says(`data phone ${words}`, within);
      };
      await open(guest);
      expect([await hears('phone', 'invite'), await answers('ok')]).toEqual([true, true]);
      await firewall.close(guest);
      expect([await hears('phone', 'ack'), await answers('reinvite')]).toEqual([true, true]);
      expect(await hears('other', 'from-another-port', 300)).toBe(false);
      await sleep(6500);
      expect(await hears('phone', 'late', 300)).toBe(false);
      await answers('still-there', 300);
      expect(await hears('phone', 'later', 300)).toBe(false);
    });

    it('when its time is up, too, though the helper is dead in between', async () => {
      const guest = hosts.newcomer();
      await open(guest, 1);
      const held = await connect(guest);
      await helper.end('SIGKILL');
      await sleep(1200);
      expect(await connect(guest)).toBe('refused');
      helper = await HelperProcess.start(hosts.inside, home);
      expect(await hosts.echoes(held)).toBe(true);
      await sleep(5000);
      expect(await hosts.falls(held)).toBe(true);
    });

    it('and are left alone when it is opened again', async () => {
      const guest = hosts.newcomer();
      await open(guest);
      const held = await connect(guest);
      await firewall.close(guest);
      await open(guest);
      await sleep(6500);
      expect(await hosts.echoes(held)).toBe(true);
    });
  });
}
