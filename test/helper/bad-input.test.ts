import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, type HelperHome } from './process.ts';

interface Answer {
  readonly id: number | null;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

describe.skipIf(whyNoNamespaces() !== undefined)('the helper and bad input', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let good: HelperClient;

  beforeAll(async () => {
    space = makeNamespace();
    home = await makeHome();
    helper = await HelperProcess.start(space, home);
    good = new HelperClient({ socket: home.socket });
    await good.open({
      address: '203.0.113.1' as Address,
      services: [{ service: 'web', seconds: 3600 }],
    });
  }, 60_000);

  afterAll(async () => {
    good.stop();
    await helper.end();
    space.remove();
    home.remove();
  });

  /** All rules and elements of the namespace, without the times that run down. */
  const rules = (): string =>
    space.run('nft', 'list', 'ruleset').replace(/expires \w+/g, 'expires');

  /** Sends bytes as they are and gives back the first answers. */
  async function ask(bytes: string | Buffer, count = 1): Promise<Answer[]> {
    const socket = connect(home.socket);
    let text = '';
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (data: string) => (text += data));
    socket.write(bytes);
    for (let tries = 0; tries < 500 && text.split('\n').length <= count; tries++) await sleep(10);
    socket.destroy();
    return text
      .trim()
      .split('\n')
      .slice(0, count)
      .map((line) => JSON.parse(line) as Answer);
  }

  const opening = (address: unknown, services: unknown): string =>
    `${JSON.stringify({ id: 1, verb: 'open', address, services })}\n`;
  const web = (seconds: number): object[] => [{ service: 'web', seconds }];
  const host = '203.0.113.7';

  it.each([
    ['what is not JSON', '{"id":1,\n', 'malformed'],
    ['an empty line', '\n', 'malformed'],
    ['what is not UTF-8', Buffer.from([0xff, 0xfe, 0x0a]), 'malformed'],
    ['bytes of zero', Buffer.from([0, 0, 0, 10]), 'malformed'],
    ['an HTTP request', 'GET / HTTP/1.1\n', 'malformed'],
    ['an unknown verb', '{"id":1,"verb":"flush"}\n', 'unknown-verb'],
    ['an unknown key', '{"id":1,"verb":"list","table":"x"}\n', 'malformed'],
    ['a poisoned key', '{"id":1,"verb":"list","__proto__":{"x":1}}\n', 'malformed'],
    ['a line of 5 MB', `${'x'.repeat(5_000_000)}\n`, 'too-long'],
    ['deep nesting', `${'['.repeat(100_000)}\n`, 'malformed'],
    ['a network', opening('203.0.113.0/24', web(60)), 'bad-address'],
    ['a range', opening('203.0.113.1-203.0.113.9', web(60)), 'bad-address'],
    ['everybody', opening('0.0.0.0', web(60)), 'bad-address'],
    ['an IPv6 network wider than a /64', opening('2001:db8::/48', web(60)), 'bad-address'],
    ['a command behind a /64', opening('2001:db8::/64; flush ruleset', web(60)), 'bad-address'],
    ['the packets of nobody', '{"id":1,"verb":"packets","address":"::1"}\n', 'bad-address'],
    ['a port that is none', '{"id":1,"verb":"record","ports":[65536],"seconds":60}\n', 'bad-port'],
    ['a port of a service', '{"id":1,"verb":"record","ports":[80],"seconds":60}\n', 'bad-port'],
    ['too long a window', '{"id":1,"verb":"record","ports":"any","seconds":121}\n', 'bad-duration'],
    [
      'a recording that nobody began',
      '{"id":1,"verb":"recorded","recording":"came4 }; flush ruleset"}\n',
      'gone',
    ],
    ['a command in the address', opening(`${host} }; flush ruleset; #`, web(60)), 'bad-address'],
    ['a line in the address', opening(`${host}\nflush ruleset`, web(60)), 'bad-address'],
    [
      'a command in the service',
      opening(host, [{ service: 'web; flush ruleset', seconds: 60 }]),
      'bad-service',
    ],
    [
      'an inherited name as service',
      opening(host, [{ service: 'constructor', seconds: 60 }]),
      'bad-service',
    ],
    ['a service twice', opening(host, [...web(60), ...web(60)]), 'bad-service'],
    ['no service', opening(host, []), 'bad-service'],
    ['an hour too much', opening(host, web(90_000)), 'bad-duration'],
    ['less than nothing', opening(host, web(-5)), 'bad-duration'],
    [
      'for ever',
      `{"id":1,"verb":"open","address":"${host}","services":[{"service":"web","seconds":1e999}]}\n`,
      'bad-duration',
    ],
  ])(
    'answers %s with a clear error, changes nothing and keeps serving',
    async (_what, bytes, code) => {
      const before = rules();
      const [answer] = await ask(bytes);
      expect(answer).toMatchObject({ ok: false, error: { code } });
      expect(answer?.error?.message).toMatch(/^[A-Z0-9"].+\.$/s);
      expect(rules()).toBe(before);
      expect(await good.list()).toHaveLength(1);
    },
  );

  it('answers bad and good lines of one packet in order', async () => {
    const answers = await ask(
      'nonsense\n{"id":1,"verb":"ping"}\n{"id":2}\n{"id":3,"verb":"ping"}\n',
      4,
    );
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      [null, false],
      [1, true],
      [2, false],
      [3, true],
    ]);
  });

  it('opens no more than the most, however many are asked for', async () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      opening(`198.18.${n >> 8}.${n & 255}`, web(60)),
    );
    const answers = await ask(many.join(''), 5000);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(99);
    expect(answers.at(-1)?.error?.code).toBe('too-many');
    const kept = await good.list();
    expect(kept).toHaveLength(100);
    await good.sync([
      { address: '203.0.113.1' as Address, services: [{ service: 'web', seconds: 3600 }] },
    ]);
  }, 30_000);

  it('forgets half a message whose sender goes', async () => {
    const before = rules();
    for (let n = 0; n < 50; n++) {
      const socket = connect(home.socket);
      socket.write(opening(host, web(60)).slice(0, -20 + (n % 10)));
      await sleep(1);
      socket.destroy();
    }
    expect(await good.list()).toHaveLength(1);
    expect(rules()).toBe(before);
  });

  it('cuts off who stalls in mid-line, and nobody waits for them', async () => {
    const socket = connect(home.socket);
    const closed = new Promise((done) => socket.on('close', done));
    const trickle = setInterval(() => socket.write('x'), 200);
    const began = performance.now();
    socket.on('error', () => {});
    await good.list();
    expect(performance.now() - began).toBeLessThan(1000);
    await closed;
    clearInterval(trickle);
    expect(performance.now() - began).toBeGreaterThan(4000);
  }, 15_000);

  it('cuts off who does not read', async () => {
    const socket = connect(home.socket);
    socket.on('error', () => {});
    socket.pause();
    const closed = new Promise((done) => socket.on('close', done));
    const flood = '{"id":1,"verb":"limits"}\n'.repeat(1000);
    const timer = setInterval(() => {
      if (socket.writableLength < 1_000_000) socket.write(flood);
    }, 1);
    await good.list();
    // a paused socket does not see the end: writing does
    await Promise.race([closed, sleep(14_000)]);
    clearInterval(timer);
    expect(socket.closed || socket.destroyed || socket.errored !== null).toBe(true);
    expect(await good.list()).toHaveLength(1);
  }, 20_000);

  it('tells the seventeenth client that it is busy, and serves the others', async () => {
    const sockets: Socket[] = [];
    const busy: Socket[] = [];
    for (let n = 0; n < 300; n++) {
      const socket = connect(home.socket);
      socket.on('error', () => {});
      socket.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('"busy"')) busy.push(socket);
      });
      sockets.push(socket);
    }
    for (let tries = 0; tries < 200 && busy.length < 285; tries++) await sleep(10);
    // 16 may be there: the good client, which may have two connections, and the first of these
    expect([285, 286]).toContain(busy.length);
    expect(await good.list()).toHaveLength(1);
    sockets.forEach((socket) => socket.destroy());
    await sleep(50);
    expect((await ask('{"id":1,"verb":"ping"}\n'))[0]?.ok).toBe(true);
  });

  it('lets no other user in', () => {
    const script = `require('net').connect(${JSON.stringify(home.socket)}).on('error', (e) => console.log(e.code)).on('connect', () => process.exit(9))`;
    const run = spawnSync(
      'setpriv',
      ['--reuid=64999', '--regid=64999', '--clear-groups', process.execPath, '-e', script],
      { encoding: 'utf8' },
    );
    expect(run.stdout.trim()).toBe('EACCES');
  });

  it('has one capability, cannot gain another, and listens on no network', async () => {
    const status = space.run('cat', `/proc/${helper.pid}/status`);
    expect(status).toMatch(/^Uid:\t64123\t64123/m);
    expect(status).toMatch(/^CapEff:\t0000000000001000$/m); // bit 12 is CAP_NET_ADMIN
    expect(status).toMatch(/^CapBnd:\t0000000000001000$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(space.run('ss', '-Hltunp').trim()).toBe('');
  });
});
