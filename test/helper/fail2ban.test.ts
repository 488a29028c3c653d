import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { fail2banPrograms, nftablesAction } from '../fixtures/fail2ban.ts';
import { whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { soon } from './soon.ts';
import { HelperProcess, helperUid, makeHome, usualLimits, type HelperHome } from './process.ts';
import { TwoHosts } from './two-hosts.ts';

/** With the real fail2ban, in a namespace of its own. */
describe.skipIf(whyNoNamespaces() !== undefined)('beside fail2ban', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-fail2ban-'));
  const at = (name: string): string => join(folder, name);
  const programs = fail2banPrograms(folder, at('conf'));
  const started: ChildProcess[] = [];
  let hosts: TwoHosts;
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;

  const client = (...args: string[]): string =>
    space.run(programs.client, '-s', at('f2b.sock'), ...args).trim();
  const banned = (address: string): boolean => client('banned', address) !== '[[]]';
  const open = (address: string): Promise<void> =>
    firewall.open({
      address: address as Address,
      services: [{ service: 'web', seconds: 60 }],
    });
  const answers = (ping: () => string): boolean => {
    try {
      return ping() !== '';
    } catch {
      return false;
    }
  };

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    hosts = new TwoHosts();
    space = hosts.inside;
    await hosts.listen();
    const unban = at('unban.sock');
    home = await makeHome({ ...usualLimits, unban });
    const compiled = join(dirname(home.main), 'unban');
    for (const part of ['filter.d', 'action.d'])
      mkdirSync(at(join('conf', part)), { recursive: true });
    const isOpen = `${process.execPath} ${join(compiled, 'is-open.js')} <ip> ${home.socket}`;
    writeFileSync(
      at('conf/fail2ban.conf'),
      `[Definition]\nlogtarget = ${at('log')}\ndbfile = None\n`,
    );
    writeFileSync(
      at('conf/filter.d/demo.conf'),
      '[Definition]\nfailregex = ^\\s*refused <HOST>$\n',
    );
    copyFileSync(nftablesAction ?? 'not there', at('conf/action.d/nftables.conf'));
    writeFileSync(
      at('conf/jail.conf'),
      `[demo]\nenabled = true\nbackend = polling\nfilter = demo\naction = nftables[type=allports]\nlogpath = ${at('seen')}\n` +
        `maxretry = 1\nfindtime = 600\nbantime = 600\nignorecommand = ${isOpen}\n`,
    );
    writeFileSync(at('seen'), '');
    started.push(space.start(programs.server, '-f', '-s', at('f2b.sock'), '-p', at('pid')));
    await soon(() => answers(() => client('ping')));
    started.push(
      space.start(
        process.execPath,
        join(compiled, 'main.js'),
        ...['--socket', unban, '--client', programs.client],
        ...['--fail2ban-socket', at('f2b.sock')],
      ),
    );
    await soon(() => answers(() => space.run('test', '-S', unban) + 'there'));
    chownSync(unban, helperUid, helperUid);
    helper = await HelperProcess.start(space, home);
    firewall = new HelperClient({ socket: home.socket });
  }, 60_000);

  afterAll(async () => {
    firewall.stop();
    await helper.end();
    for (const child of started) child.kill();
    hosts.remove();
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('an opening lifts the ban on its address, and on no other', async () => {
    for (const address of ['203.0.113.7', '203.0.113.8', '2001:db8:0:1::7']) {
      client('set', 'demo', 'banip', address);
    }
    await open('203.0.113.7');
    await open('2001:db8:0:1::7');
    await soon(() => !banned('203.0.113.7') && !banned('2001:db8:0:1::7'));
    expect(banned('203.0.113.8')).toBe(true);
    await helper.says('"event":"ban-lifted","address":"203.0.113.7","bans":1');
  });

  it('a ban keeps out whom the guard lets in, until the next opening', async () => {
    const guest = '203.0.113.30';
    const comesIn = async (): Promise<boolean> => (await hosts.connect(guest)) !== undefined;
    // what an opening lifts, it lifts later: it must not meet the ban that is to stay
    client('set', 'demo', 'banip', guest);
    await open(guest);
    await soon(() => !banned(guest));
    expect(await comesIn()).toBe(true);
    client('set', 'demo', 'banip', guest);
    const dropped = (): boolean => space.run('nft', 'list table inet f2b-table').includes(guest);
    await soon(dropped);
    expect(await comesIn()).toBe(false);
    await open(guest);
    await soon(() => !banned(guest));
    await soon(() => !dropped());
    expect(await comesIn()).toBe(true);
  });

  it('nobody is banned while the address is open, and others are as ever', async () => {
    await open('203.0.113.17');
    // in the time of the machine, as a log is
    const now = space.run('date', '+%F %T').trim();
    for (const address of ['203.0.113.17', '203.0.113.18']) {
      appendFileSync(at('seen'), `${now} refused ${address}\n`);
    }
    await soon(() => banned('203.0.113.18'));
    expect(banned('203.0.113.17')).toBe(false);
  });

  it('is-open says yes to who is open or whose /64 is, and no to all else', async () => {
    await open('203.0.113.7');
    await open('fd00::/64');
    const program = join(dirname(home.main), 'unban/is-open.js');
    const exit = (...args: string[]): number | null =>
      spawnSync(process.execPath, [program, ...args]).status;
    expect(exit('203.0.113.7', home.socket)).toBe(0);
    expect(exit('fd00::1:5', home.socket)).toBe(0);
    expect(exit('203.0.113.99', home.socket)).toBe(1);
    expect(exit('203.0.113.7; true', home.socket)).toBe(1);
    expect(exit('203.0.113.7', at('nowhere'))).toBe(1);
  });

  it.each([
    '127.0.0.1',
    '203.0.113.0/24',
    'fd00::/64',
    '--all',
    'demo',
    '203.0.113.7 --all',
    'x'.repeat(200),
  ])('dialgate-unban lifts nothing when asked for %s', async (words) => {
    client('set', 'demo', 'banip', '203.0.113.8');
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(at('unban.sock'), () => socket.write(`${words}\n`));
      socket.on('data', (data) => (text += data.toString()));
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(said).not.toMatch(/^ok/);
    expect(banned('203.0.113.8')).toBe(true);
  });

  it('an opening is not kept waiting, and does not fail, where fail2ban is away', async () => {
    started[0]?.kill('SIGSTOP');
    const began = performance.now();
    await open('203.0.113.27');
    expect(performance.now() - began).toBeLessThan(1000);
    started[0]?.kill('SIGCONT');
    started[1]?.kill();
    await sleep(200);
    await open('203.0.113.28');
    await helper.says('"event":"unban-failed","address":"203.0.113.28"');
  });
});
