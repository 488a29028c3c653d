import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import type { Agent } from './agent.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';
import { soon } from './soon.ts';
import { serverAddress as server, TwoHosts } from './two-hosts.ts';

const trusted = '198.51.100.9';

describe.skipIf(whyNoNamespaces() !== undefined)('the guard, with packets', () => {
  let hosts: TwoHosts;
  let inside: Namespace;
  let pbx: Agent;
  let roamer: Agent;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;
  let last = 0;

  /** So that nobody has visited from it. */
  const newcomer = (): Address => hosts.newcomer();
  const open = (address: Address, seconds = 60): Promise<void> =>
    firewall.open({
      address,
      services: [
        { service: 'web', seconds },
        { service: 'sip', seconds },
      ],
    });
  const gets = (id: string, from: string, port = 80): Promise<boolean> =>
    roamer.connects(id, from, server, port);

  beforeAll(async () => {
    hosts = new TwoHosts();
    ({ inside, pbx, roamer } = hosts);
    await hosts.listen(8005);
    home = await makeHome();
    helper = await HelperProcess.start(inside, home);
    firewall = new HelperClient({ socket: home.socket });
  }, 60_000);

  afterAll(async () => {
    firewall.stop();
    await helper.end();
    hosts.remove();
    home.remove();
  });

  it('drops strangers on protected ports only, and lets in who is opened and who is trusted', async () => {
    const guest = newcomer();
    const stranger = newcomer();
    expect(await gets('a1', guest)).toBe(false);
    expect(await gets('a2', guest, 9000)).toBe(true);
    expect(await gets('a3', trusted)).toBe(true);
    await open(guest);
    expect(await gets('a4', guest)).toBe(true);
    expect(await gets('a5', guest, 8005)).toBe(true);
    expect(await gets('a6', stranger)).toBe(false);
    const listed = await firewall.list();
    const services = listed.find(({ address }) => address === guest)?.services;
    expect(services?.find(({ service }) => service === 'web')?.packets).toBeGreaterThan(1);
    expect(services?.find(({ service }) => service === 'sip')?.packets).toBe(0);
  });

  it('guards IPv6, and lets trusted IPv6 in', async () => {
    expect(await roamer.connects('b1', 'fd00::9', '2001:db8:ffff::1', 80)).toBe(false);
    expect(await roamer.connects('b2', 'fd00::9', '2001:db8:ffff::1', 9000)).toBe(true);
    expect(await roamer.connects('b3', '2001:db8::9', '2001:db8:ffff::1', 80)).toBe(true);
  });

  it('lets an IPv6 host in, or all of its /64, and each alone', async () => {
    const to = '2001:db8:ffff::1';
    const [host, other] = ['fd00::1:5', 'fd00::1:6'] as const;
    const network = 'fd00::/64' as Address;
    const goesIn = (from: string): Promise<boolean> => roamer.connects(`v${++last}`, from, to, 80);
    await open(host as Address);
    expect([await goesIn(host), await goesIn(other)]).toEqual([true, false]);
    await open(network);
    expect([await goesIn(host), await goesIn(other)]).toEqual([true, true]);
    await firewall.close(host as Address);
    expect([await goesIn(host), await goesIn(other)]).toEqual([true, true]);
    // what is under way is cut with the network, for the server's side too
    const held = `v${last}`;
    roamer.tell('write', held, 'six');
    expect(await roamer.says(`data ${held} echo:six`)).toBe(true);
    await firewall.close(network);
    roamer.tell('write', held, 'seven');
    expect(await roamer.says(`data ${held} echo:seven`, 400)).toBe(false);
    expect([await goesIn(host), await goesIn(other)]).toEqual([false, false]);
  });

  it('counts what has come from one address, over its services, since it was opened', async () => {
    const guest = newcomer();
    const stranger = newcomer();
    expect(await firewall.packetsFrom(guest)).toBe(0);
    await open(guest);
    expect(await firewall.packetsFrom(guest)).toBe(0);
    await gets('n1', stranger); // turned away, and nobody's
    roamer.tell('udp', 'n2', guest, 6001);
    expect(await roamer.says('up n2')).toBe(true);
    for (let n = 0; n < 3; n++) roamer.tell('send', 'n2', server, 5060, `n${n}`);
    expect(await pbx.says('data sip n2')).toBe(true);
    await sleep(300); // a look is kept for a moment
    expect(await firewall.packetsFrom(guest)).toBe(3);
    expect(await gets('n3', guest)).toBe(true);
    await sleep(300);
    const all = await firewall.packetsFrom(guest);
    expect(all).toBeGreaterThan(4); // SYN and ACK at least
    pbx.tell('send', 'sip', guest, 6001, 'ours');
    expect(await roamer.says('data n2 ours')).toBe(true);
    await sleep(300);
    expect(await firewall.packetsFrom(guest)).toBe(all); // what we send is no proof that anybody came
    expect(await firewall.packetsFrom(stranger)).toBe(0);
    await open(guest); // anew
    expect(await firewall.packetsFrom(guest)).toBe(0);
    await firewall.close(guest);
    expect(await firewall.packetsFrom(guest)).toBe(0);
  });

  it('counts packets of IPv6 hosts and networks, and of who was opened by a sync', async () => {
    const to = '2001:db8:ffff::1';
    const host = 'fd00::1:5' as Address;
    const network = 'fd00::/64' as Address;
    const synced = newcomer();
    await open(host);
    expect(await roamer.connects('m1', host, to, 80)).toBe(true);
    await sleep(300);
    expect(await firewall.packetsFrom(host)).toBeGreaterThan(1);
    expect(await firewall.packetsFrom(network)).toBe(0);
    const services = [{ service: 'web', seconds: 60 }];
    await firewall.sync([
      { address: network, services },
      { address: synced, services },
    ]);
    expect(await roamer.connects('m2', 'fd00::1:6', to, 80)).toBe(true);
    expect(await gets('m3', synced)).toBe(true);
    for (const address of [network, synced]) {
      expect(await firewall.packetsFrom(address)).toBeGreaterThan(1);
    }
    expect(await firewall.packetsFrom(host)).toBe(0); // the sync has closed it
    await firewall.sync([]);
  });

  it('guards datagrams in fragments', async () => {
    const guest = newcomer();
    roamer.tell('udp', 'f', guest, 6000);
    expect(await roamer.says('up f')).toBe(true);
    roamer.tell('big', 'f', server, 5060);
    const arrived = `data sip ${'x'.repeat(20)}`;
    expect(await pbx.says(arrived, 300)).toBe(false);
    await open(guest);
    roamer.tell('big', 'f', server, 5060);
    expect(await pbx.says(arrived)).toBe(true);
  });

  it('cuts an established connection at once, and frees the server of it', async () => {
    const guest = newcomer();
    await open(guest);
    const id = 'c1';
    expect(await gets(id, guest)).toBe(true);
    roamer.tell('write', id, 'one');
    expect(await roamer.says(`data ${id} echo:one`)).toBe(true);
    const incoming = (
      await Promise.all(
        Array.from({ length: 30 }, async (_, n) =>
          (await pbx.says(`data in${n} one`, 50)) ? n : 0,
        ),
      )
    ).find((n) => n > 0);
    await open(guest); // renewing does not disturb it
    roamer.tell('write', id, 'two');
    expect(await roamer.says(`data ${id} echo:two`)).toBe(true);
    await firewall.close(guest);
    roamer.tell('write', id, 'three');
    expect(await roamer.says(`data ${id} echo:three`, 500)).toBe(false);
    pbx.tell('write', `in${incoming}`, 'from the server');
    expect(await pbx.says(`closed in${incoming} ECONNRESET`, 500)).toBe(true);
    expect(await roamer.says(`data ${id} from the server`, 100)).toBe(false);
    expect(await gets('c2', guest)).toBe(false);
  });

  it('lets answers in to what the PBX sends first, but not from who was let in before', async () => {
    const provider = newcomer();
    const guest = newcomer();
    for (const [id, address] of [
      ['p', provider],
      ['g', guest],
    ] as const) {
      roamer.tell('udp', id, address, 5060);
      expect(await roamer.says(`up ${id}`)).toBe(true);
    }
    pbx.tell('send', 'sip', provider, 5060, 'options');
    expect(await roamer.says('data p options')).toBe(true);
    roamer.tell('send', 'p', server, 5060, 'from-provider');
    expect(await pbx.says('data sip from-provider')).toBe(true);

    await open(guest);
    roamer.tell('send', 'g', server, 5060, 'register');
    expect(await pbx.says('data sip register')).toBe(true);
    await firewall.close(guest);
    // conntrack forgets, and the PBX, which still has the registration, sends first
    inside.run('conntrack', '-F');
    pbx.tell('send', 'sip', guest, 5060, 'options');
    await sleep(50);
    roamer.tell('send', 'g', server, 5060, 'from-guest');
    expect(await pbx.says('data sip from-guest', 300)).toBe(false);
    await open(guest);
    roamer.tell('send', 'g', server, 5060, 'again');
    expect(await pbx.says('data sip again')).toBe(true);
    pbx.tell('send', 'sip', guest, 5060, 'welcome');
    expect(await roamer.says('data g welcome')).toBe(true);
  });

  it('knows who was let in before also when it was built anew', async () => {
    const guest = newcomer();
    roamer.tell('udp', 'a', guest, 5060);
    expect(await roamer.says('up a')).toBe(true);
    await open(guest);
    roamer.tell('send', 'a', server, 5060, 'register');
    expect(await pbx.says('data sip register')).toBe(true);
    await firewall.close(guest);
    const comesBack = async (words: string): Promise<boolean> => {
      inside.run('conntrack', '-F');
      pbx.tell('send', 'sip', guest, 5060, 'options');
      await sleep(50);
      roamer.tell('send', 'a', server, 5060, words);
      return pbx.says(`data sip ${words}`, 300);
    };
    expect(await comesBack('closed')).toBe(false);

    const built = (): number => helper.errors.split('"event":"guard-built"').length;
    const before = built();
    inside.run('nft', 'flush', 'ruleset');
    await soon(() => built() > before);
    expect(await comesBack('flushed')).toBe(false);

    await helper.end();
    home.configure({ ...usualLimits, mostAddresses: 101 });
    helper = await HelperProcess.start(inside, home);
    expect(built()).toBe(2);
    expect(await comesBack('configured')).toBe(false);
    inside.run('nft', 'flush', 'ruleset');
    await soon(() => built() > 2);
    expect(await comesBack('flushed-again')).toBe(false);
  });

  it('shortens as well as it lengthens', async () => {
    const guest = newcomer();
    await open(guest, 3600);
    await open(guest, 1);
    await sleep(1200);
    expect(await gets('s1', guest)).toBe(false);
    await open(guest, 1);
    await open(guest, 60);
    await sleep(1200);
    expect(await gets('s2', guest)).toBe(true);
  });

  it('ends on time with the helper dead, and a new helper closes nobody', async () => {
    const brief = newcomer();
    const long = newcomer();
    await open(long, 60);
    await open(brief, 1);
    await helper.end('SIGKILL');
    expect(await gets('k1', long)).toBe(true);
    await sleep(1200);
    expect(await gets('k2', brief)).toBe(false);
    helper = await HelperProcess.start(inside, home);
    expect(helper.errors).not.toContain('guard-built');
    roamer.tell('write', 'k1', 'still');
    expect(await roamer.says('data k1 echo:still')).toBe(true);
    expect((await firewall.list()).map(({ address }) => address)).toContain(long);
  });
});
