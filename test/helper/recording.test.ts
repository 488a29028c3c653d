import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Recording, Sighting } from '../../src/domain/ports.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import type { Agent } from './agent.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';
import { serverAddress as server4, serverAddress6 as server6, TwoHosts } from './two-hosts.ts';

const nobody = { sightings: [], strayNetworks: 0 };
/** As many /24 as there are. */
const anybody = { sightings: [], strayNetworks: 2 ** 24 };

describe.skipIf(whyNoNamespaces() !== undefined)('recordings, with packets', () => {
  let hosts: TwoHosts;
  let inside: Namespace;
  let outside: Namespace;
  let pbx: Agent;
  let roamer: Agent;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;
  let disturbed = 0;
  let begun: Recording[] = [];
  let last = 0;

  beforeAll(async () => {
    hosts = new TwoHosts();
    ({ inside, outside, pbx, roamer } = hosts);
    await hosts.listen();
    home = await makeHome();
    helper = await HelperProcess.start(inside, home);
    firewall = new HelperClient({ socket: home.socket });
    firewall.onDisturbed(() => disturbed++);
  }, 60_000);

  afterEach(async () => {
    await Promise.all(begun.map((one) => one.stop()));
    begun = [];
  });

  afterAll(async () => {
    firewall.stop();
    await helper.end();
    hosts.remove();
    home.remove();
  });

  const nft = (...args: string[]): string => inside.run('nft', ...args);
  const recorded = (slot = 0, which = 'wanted'): string =>
    nft('list', 'set', 'inet', `dialgate_window${slot}`, which);
  const decoysOf = (slot: number): number[] =>
    [...recorded(slot, 'decoys').matchAll(/(\d+) timeout/g)].map(([, port]) => Number(port));
  const cameFour = (): number =>
    [...nft('list', 'set', 'inet', 'dialgate_window0', 'came4').matchAll(/expires/g)].length;
  async function record(ports: readonly number[] | 'any', seconds = 60): Promise<Recording> {
    const recording = await firewall.record(ports, seconds);
    begun.push(recording);
    return recording;
  }

  async function sendsUdp(from: string, port: number, times = 1): Promise<void> {
    const id = `u${++last}`;
    roamer.tell('udp', id, from, 0);
    expect(await roamer.says(`up ${id}`)).toBe(true);
    const host = from.includes(':') ? server6 : server4;
    for (let n = 0; n < times; n++) roamer.tell('send', id, host, port, 'knock');
  }

  const flood = async (...args: (string | number)[]): Promise<void> => {
    const script = join(import.meta.dirname, 'flood.mjs');
    const child = outside.start(process.execPath, script, ...args.map(String));
    child.stderr.pipe(process.stderr);
    const [status] = await once(child, 'exit');
    expect(status).toBe(0);
  };

  async function soon(
    recording: Recording,
    enough: (seen: readonly Sighting[]) => boolean,
  ): Promise<readonly Sighting[]> {
    let seen: readonly Sighting[] = [];
    for (let tries = 0; tries < 40; tries++) {
      seen = (await recording.seen()).sightings;
      if (enough(seen)) break;
      await sleep(50);
    }
    return seen;
  }

  it('sees TCP and UDP of both families at the spoken port, and lets none of it in', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    expect(port).toBeGreaterThanOrEqual(49_152);
    expect(await recording.seen()).toEqual(nobody);
    // even if something should listen there after all
    pbx.tell('listen', port);
    expect(await pbx.says(`up ${port}`)).toBe(true);
    for (const [from, host] of [
      ['198.18.1.1', server4],
      ['fd00:18::1:1', server6],
    ] as const) {
      last++;
      expect(await roamer.connects(`t${last}`, from, host, port)).toBe(false);
    }
    pbx.tell('udp', 'spoken', '0.0.0.0', port);
    expect(await pbx.says('up spoken')).toBe(true);
    await sendsUdp('198.18.1.2', port, 3);
    await sendsUdp('fd00:18:0:2::2', port, 3);
    const seen = await soon(recording, (all) => all.length === 4);
    expect(seen.map(({ address }) => address).sort()).toEqual([
      '198.18.1.1',
      '198.18.1.2',
      'fd00:18:0:2::2',
      'fd00:18::1:1',
    ]);
    for (const sighting of seen) {
      expect(sighting).toMatchObject({ ports: [port], sweeper: false });
      expect(sighting.packets).toBeGreaterThan(0);
    }
    expect(seen.find(({ address }) => address === '198.18.1.2')?.packets).toBe(3);
    expect(await pbx.says('data spoken knock', 100)).toBe(false);
    await recording.stop();
    // only the window kept it out
    await sendsUdp('198.18.1.2', port);
    expect(await pbx.says('data spoken knock')).toBe(true);
  });

  it('tells which of three knock numbers have been tried, and how often at least', async () => {
    const recording = await record([233, 245, 478]);
    await sendsUdp('198.18.2.1', 245, 2);
    await sendsUdp('198.18.2.1', 478, 1);
    await sendsUdp('198.18.2.2', 233, 2);
    await sendsUdp('198.18.2.2', 245, 2);
    await sendsUdp('198.18.2.2', 478, 5);
    const seen = await soon(recording, (all) => all.some(({ packets }) => packets === 2));
    expect([...seen].sort((a, b) => (a.address < b.address ? -1 : 1))).toEqual([
      { address: '198.18.2.1', ports: [245, 478], packets: 1, sweeper: false },
      { address: '198.18.2.2', ports: [233, 245, 478], packets: 2, sweeper: false },
    ]);
  });

  it('knows who tries all ports as a sweeper, wherever the sweep begins', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    await sendsUdp('198.18.3.1', port, 2);
    await Promise.all([
      flood('sweep', '198.18.33.2', server4, 20_000, 65_535),
      flood('sweep', 'fd00:18:3:3::2', server6, port, Math.min(port + 30, 65_535)),
    ]);
    // neighbours of sweepers, in the same /24 and /48, and those next to them
    for (const from of ['198.18.33.99', '198.18.34.2', 'fd00:18:3:99::9', 'fd00:18:4:3::2']) {
      await sendsUdp(from, port);
    }
    const seen = await soon(recording, (all) => all.length === 7);
    expect(Object.fromEntries(seen.map(({ address, sweeper }) => [address, sweeper]))).toEqual({
      '198.18.3.1': false,
      '198.18.33.2': true,
      '198.18.33.99': true,
      '198.18.34.2': false,
      'fd00:18:3:3::2': true,
      'fd00:18:3:99::9': true,
      'fd00:18:4:3::2': false,
    });
    expect((await recording.seen()).strayNetworks).toBe(2);
  });

  it('counts the networks of a sweep from many addresses, each of which tries one port', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    for (const [at, decoy] of decoysOf(0).slice(0, 12).entries()) {
      // three networks of each family, in each of them two addresses
      await sendsUdp(`198.18.${40 + (at % 3)}.${at}`, decoy);
      await sendsUdp(`fd00:18:${40 + (at % 3)}:${at}::1`, decoy);
    }
    await sendsUdp('198.18.40.200', port); // the one of them that was lucky
    const seen = await soon(recording, (all) => all.length === 1);
    expect(seen).toMatchObject([{ address: '198.18.40.200', sweeper: true }]);
    expect((await recording.seen()).strayNetworks).toBe(6);
  });

  it('counts strays although nobody has come to the port', async () => {
    const recording = await record('any');
    const [decoy = 0] = decoysOf(0);
    await sendsUdp('198.18.50.1', decoy, 3);
    for (let tries = 0; tries < 40 && (await recording.seen()).strayNetworks === 0; tries++) {
      await sleep(50);
    }
    expect(await recording.seen()).toEqual({ sightings: [], strayNetworks: 1 });
  });

  it('suspects everybody once not all strays could be noted', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    await sendsUdp('198.18.51.1', port, 3);
    expect(await soon(recording, (all) => all.length > 0)).toMatchObject([{ sweeper: false }]);
    const [decoy = 0] = decoysOf(0);
    await flood('spread', 'fd00:18:*::1', 0x100, 0x100 + 1100, server6, decoy, decoy, 1);
    expect(await recording.seen()).toEqual(anybody);
  });

  it('leaves a connection alone that stands on a recorded port', async () => {
    // as a container engine publishes a port: the host has no socket there
    const hook = 'type nat hook prerouting priority -100;';
    nft(`table ip published { chain in { ${hook} tcp dport 41000 redirect to :9000; }; }`);
    try {
      expect(await roamer.connects('held', '198.18.52.1', server4, 41_000)).toBe(true);
      const recording = await record([41_000]);
      roamer.tell('write', 'held', 'on');
      expect(await roamer.says('data held echo:on')).toBe(true);
      expect(await recording.seen()).toEqual(nobody);
      // whoever comes anew is noted and turned away
      expect(await roamer.connects('anew', '198.18.52.2', server4, 41_000)).toBe(false);
      expect(await soon(recording, (all) => all.length > 0)).toMatchObject([
        { address: '198.18.52.2', ports: [41_000] },
      ]);
    } finally {
      nft('delete', 'table', 'ip', 'published');
    }
  });

  it('lets what was opened at a decoy since then go on', async () => {
    await record('any');
    const decoys = decoysOf(0);
    expect(decoys.length).toBeGreaterThan(100);
    const [decoy = 0] = decoys;
    pbx.tell('listen', decoy);
    expect(await pbx.says(`up ${decoy}`)).toBe(true);
    expect(await roamer.connects('decoy', '198.18.4.1', server4, decoy)).toBe(true);
  });

  it('is not filled by forged senders over all ports: the true caller is seen', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    const flooding = Promise.all([
      flood('spread', '198.18.', 20_000, 35_000, server4, 1024, 65_535, 1),
      flood('spread', 'fd00:18:0:5::', 1, 5000, server6, 1024, 65_535, 1),
    ]);
    await sendsUdp('198.18.5.1', port, 3);
    const seen = await soon(recording, (all) => all.some(({ packets }) => packets === 3));
    expect(seen).toContainEqual({
      address: '198.18.5.1',
      ports: [port],
      packets: 3,
      sweeper: false,
    });
    await flooding;
    const { sightings, strayNetworks } = await recording.seen();
    expect(sightings).toContainEqual(
      expect.objectContaining({ address: '198.18.5.1', sweeper: false }),
    );
    expect(strayNetworks).toBeGreaterThan(1);
    expect(disturbed).toBeLessThanOrEqual(1); // the first connection alone
  }, 60_000);

  it('offers nobody once a flood has filled its set, stays bounded, and opens as fast as ever', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    const beside = await record('any');
    await sendsUdp('198.18.6.1', port, 2);
    await sendsUdp('198.18.6.2', beside.ports[0] ?? 0, 2);
    let over = 0;
    const flooding = flood('spread', '198.18.', 40_000, 45_000, server4, port, port, 1).finally(
      () => over++,
    );
    const times: number[] = [];
    const isOver = (): boolean => over > 0;
    for (let n = 0; !isOver(); n++) {
      const began = performance.now();
      await firewall.open({
        address: `203.0.113.${n % 90}` as Address,
        services: [{ service: 'web', seconds: 60 }],
      });
      times.push(performance.now() - began);
      await sleep(20);
    }
    await flooding;
    times.sort((a, b) => a - b);
    expect(times.length).toBeGreaterThan(5);
    expect(times[times.length >> 1]).toBeLessThan(100);
    expect(cameFour()).toBe(4096);
    expect(await recording.seen()).toEqual(anybody);
    expect(await beside.seen()).toEqual({
      sightings: [{ address: '198.18.6.2', ports: beside.ports, packets: 2, sweeper: false }],
      strayNetworks: 0,
    });
    // the place is clean for whoever comes next
    await recording.stop();
    const next = await record('any');
    expect(cameFour()).toBe(0);
    await sendsUdp('198.18.6.3', next.ports[0] ?? 0, 2);
    expect(await soon(next, (all) => all.length > 0)).toHaveLength(1);
  }, 60_000);

  it('ends early when it is stopped, and forgets what it saw', async () => {
    const recording = await record([233]);
    await sendsUdp('198.18.7.1', 233);
    expect(await soon(recording, (all) => all.length > 0)).toHaveLength(1);
    await recording.stop();
    expect(nft('list', 'tables')).not.toContain('window');
    await expect(recording.seen()).rejects.toMatchObject({ code: 'firewall-refused' });
    await recording.stop(); // twice is no error
    const again = await record([233]);
    expect(await again.seen()).toEqual(nobody);
  });

  it('ends by itself: what comes afterwards is not seen', async () => {
    const recording = await record([477], 1);
    await sleep(1200);
    await sendsUdp('198.18.8.1', 477);
    await sleep(100);
    expect(await recording.seen()).toEqual(nobody);
  });

  it('takes a port that was another window’s decoy', async () => {
    const first = await record([233]);
    // its neighbours are decoys
    expect(decoysOf(0)).toContain(234);
    const second = await record([234]);
    expect(decoysOf(0)).not.toContain(234);
    expect(decoysOf(0)).toContain(232);
    expect(decoysOf(1)).not.toContain(233);
    await sendsUdp('198.18.9.1', 234, 2);
    const seen = await soon(second, (all) => all.length > 0);
    expect(seen).toMatchObject([{ address: '198.18.9.1', packets: 2, sweeper: false }]);
    expect(await first.seen()).toEqual(nobody);
  });

  it('refuses ports in use, the same port at once, and a ninth recording', async () => {
    for (const ports of [[80], [5060], [8005], [9000], [233, 9000]]) {
      const refusal: unknown = await firewall.record(ports, 60).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'firewall-refused' });
      expect((refusal as Error).message).not.toMatch(/80|9000|5060|233/);
    }
    await record([233]);
    await expect(firewall.record([233], 60)).rejects.toMatchObject({ code: 'firewall-refused' });
    for (let n = 0; n < 7; n++) await record('any');
    await expect(firewall.record('any', 60)).rejects.toThrow(/8 recordings/);
    await begun.pop()?.stop();
    await record('any');
    // the log says that it records, and nothing of which ports
    const lines = helper.errors.split('\n').filter((line) => line.includes('"record"'));
    const keys = lines.map((line) => Object.keys(JSON.parse(line) as object).join(' '));
    expect(new Set(keys)).toEqual(new Set(['time event', 'time event verb code message']));
  });

  it('is lost when the guard is rebuilt, and says so', async () => {
    const recording = await record('any');
    const before = disturbed;
    nft('flush', 'ruleset');
    const isDisturbed = (): boolean => disturbed > before;
    for (let tries = 0; tries < 200 && !isDisturbed(); tries++) await sleep(10);
    await expect(recording.seen()).rejects.toMatchObject({ code: 'firewall-refused' });
    const next = await record('any');
    await sendsUdp('198.18.10.1', next.ports[0] ?? 0);
    expect(await soon(next, (all) => all.length > 0)).toHaveLength(1);
  });

  it('ends on time with the helper dead, and a new helper begins with nothing', async () => {
    await record([4711], 2);
    const longer = await record([4811], 60);
    await helper.end('SIGKILL');
    const live = (): string => recorded(0) + recorded(1);
    expect(live()).toContain('4711');
    await sleep(2200);
    expect(live()).not.toContain('4711');
    expect(live()).toContain('4811');
    helper = await HelperProcess.start(inside, home);
    expect(nft('list', 'tables')).not.toContain('_window');
    await expect(longer.seen()).rejects.toMatchObject({ code: 'firewall-refused' });
    begun = [];
  });
});
