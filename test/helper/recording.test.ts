import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Recording, Sighting } from '../../src/domain/ports.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import {
  joinNamespaces,
  makeNamespace,
  whyNoNamespaces,
  type Namespace,
} from '../fixtures/namespace.ts';
import { Agent } from './agent.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';

const server4 = '192.0.2.1';
const server6 = 'fd00:ff::1';
const sources4 = '198.18.0.0/16';
const sources6 = 'fd00:18::/32';

describe.skipIf(whyNoNamespaces() !== undefined)('recordings, with packets', () => {
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
    inside = makeNamespace();
    outside = makeNamespace();
    joinNamespaces(inside, `${server4}/24`, outside, '192.0.2.9/24');
    for (const [space, host] of [
      [inside, server6],
      [outside, 'fd00:ff::9'],
    ] as const) {
      const device = /dev (\S+)/.exec(space.run('ip', 'route', 'show', '192.0.2.0/24'))?.[1] ?? '';
      space.run('ip', 'address', 'add', `${host}/64`, 'dev', device, 'nodad');
    }
    inside.run('ip', 'route', 'add', sources4, 'via', '192.0.2.9');
    inside.run('ip', '-6', 'route', 'add', sources6, 'via', 'fd00:ff::9');
    // whoever is in the namespace may use any of these as its own address
    outside.run('ip', 'route', 'add', 'local', sources4, 'dev', 'lo');
    outside.run('ip', '-6', 'route', 'add', 'local', sources6, 'dev', 'lo');
    outside.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind');
    pbx = new Agent(inside);
    roamer = new Agent(outside);
    pbx.tell('listen', 9000);
    expect(await pbx.says('up 9000')).toBe(true);
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
    pbx.end();
    roamer.end();
    await helper.end();
    inside.remove();
    outside.remove();
    home.remove();
  });

  const nft = (...args: string[]): string => inside.run('nft', ...args);
  const recorded = (slot = 0, which = 'wanted'): string =>
    nft('list', 'set', 'inet', `dialgate_window${slot}`, which);
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
      seen = await recording.seen();
      if (enough(seen)) break;
      await sleep(50);
    }
    return seen;
  }

  it('sees TCP and UDP of both families at the spoken port, and lets none of it in', async () => {
    const recording = await record('any');
    const [port = 0] = recording.ports;
    expect(port).toBeGreaterThanOrEqual(49_152);
    expect(await recording.seen()).toEqual([]);
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
      flood('sweep', '198.18.3.2', server4, 20_000, 65_535),
      flood('sweep', 'fd00:18:0:3::2', server6, port, Math.min(port + 30, 65_535)),
    ]);
    await sendsUdp('fd00:18:0:3::99', port); // the sweeper's neighbour in its own /64
    const seen = await soon(recording, (all) => all.length === 4);
    expect(Object.fromEntries(seen.map(({ address, sweeper }) => [address, sweeper]))).toEqual({
      '198.18.3.1': false,
      '198.18.3.2': true,
      'fd00:18:0:3::2': true,
      'fd00:18:0:3::99': true,
    });
  });

  it('lets what was opened at a decoy since then go on', async () => {
    await record('any');
    const decoys = [...recorded(0, 'decoys').matchAll(/(\d+) timeout/g)].map(([, port]) =>
      Number(port),
    );
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
    expect(await recording.seen()).toContainEqual(
      expect.objectContaining({ address: '198.18.5.1', sweeper: false }),
    );
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
    expect(await recording.seen()).toEqual([]);
    expect(await beside.seen()).toEqual([
      { address: '198.18.6.2', ports: beside.ports, packets: 2, sweeper: false },
    ]);
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
    expect(await again.seen()).toEqual([]);
  });

  it('ends by itself: what comes afterwards is not seen', async () => {
    const recording = await record([477], 1);
    await sleep(1200);
    await sendsUdp('198.18.8.1', 477);
    await sleep(100);
    expect(await recording.seen()).toEqual([]);
  });

  it('takes a port that was another window’s decoy', async () => {
    await record([233]);
    // its neighbours are decoys
    const second = await record([234]);
    await sendsUdp('198.18.9.1', 234, 2);
    const seen = await soon(second, (all) => all.length > 0);
    expect(seen).toMatchObject([{ address: '198.18.9.1', packets: 2, sweeper: false }]);
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
    expect(nft('list', 'tables').trim()).toBe('table inet dialgate');
    await expect(longer.seen()).rejects.toMatchObject({ code: 'firewall-refused' });
    begun = [];
  });
});
