import { readdirSync, readFileSync, chmodSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';

const opening = {
  address: '203.0.113.7' as Address,
  services: [{ service: 'web', seconds: 3600 }],
};

const monitor = '/usr/bin/perl -e';

describe.skipIf(whyNoNamespaces() !== undefined)('the helper recovers', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let client: HelperClient;
  let disturbed: number;

  beforeEach(async () => {
    space = makeNamespace();
    home = await makeHome();
    helper = await HelperProcess.start(space, home);
    disturbed = 0;
    client = new HelperClient({ socket: home.socket });
    client.onDisturbed(() => disturbed++);
    await client.open(opening);
    disturbed = 0;
  });

  afterEach(async () => {
    client.stop();
    await helper.end();
    space.remove();
    home.remove();
  });

  const nft = (...args: string[]): string => space.run('nft', ...args);
  const children = (command: string): number[] =>
    readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
          const parent = Number(/\) \S (\d+)/.exec(stat)?.[1]);
          const ours =
            parent === helper.pid ||
            readFileSync(`/proc/${parent}/stat`, 'utf8').includes(`) S ${helper.pid} `);
          return ours && (line === command || line.startsWith(`${command} `));
        } catch {
          return false; // gone meanwhile
        }
      });
  async function within(milliseconds: number, what: () => boolean): Promise<void> {
    for (const end = performance.now() + milliseconds; !what() && performance.now() < end;) {
      await sleep(10);
    }
    expect(what()).toBe(true);
  }

  it.each([
    ['the whole ruleset is flushed', ['flush', 'ruleset']],
    ['the table is removed', ['delete', 'table', 'inet', 'dialgate']],
    ['a chain is flushed', ['flush', 'chain', 'inet', 'dialgate', 'arriving']],
    ['a rule is put in front', ['insert', 'rule', 'inet', 'dialgate', 'strangers', 'accept']],
  ])('when %s: guard back within a second, empty, and said', async (_what, command) => {
    const shape = nft('-s', '-t', 'list', 'table', 'inet', 'dialgate');
    nft(...command);
    await within(1000, () => disturbed > 0);
    expect(nft('-s', '-t', 'list', 'table', 'inet', 'dialgate')).toBe(shape);
    expect(await client.list()).toEqual([]);
    await client.open(opening);
    expect(await client.list()).toHaveLength(1);
  });

  it('as soon as the kernel tells, long before it would look by itself', async () => {
    // the first seconds it looks often; after them every ten
    await sleep(6500);
    for (const command of [
      ['flush', 'ruleset'],
      ['delete', 'table', 'inet', 'dialgate'],
    ]) {
      const before = disturbed;
      nft(...command);
      await within(1500, () => disturbed > before);
      expect(nftHasGuard()).toBe(true);
    }
  });

  it('when elements are removed by others: said, and nothing else touched', async () => {
    await client.open({ ...opening, address: '203.0.113.8' as Address });
    nft('delete', 'element', 'inet', 'dialgate', 'open4_web', '{ 203.0.113.7 }');
    await within(1000, () => disturbed > 0);
    expect((await client.list()).map(({ address }) => address)).toEqual(['203.0.113.8']);
    const report = await client.sync([opening]);
    expect(report).toEqual({ opened: ['203.0.113.7'], closed: ['203.0.113.8'], failed: [] });
  });

  it('an element that somebody made to last for ever is shortened', async () => {
    nft('add', 'element', 'inet', 'dialgate', 'open4_sip', '{ 203.0.113.7 }');
    expect((await client.sync([opening])).opened).toEqual(['203.0.113.7']);
    expect((await client.list())[0]?.services.map(({ service }) => service)).toEqual(['web']);
  });

  it('is not disturbed by itself or by the tables of others', async () => {
    await client.open(opening);
    await client.sync([]);
    nft('add', 'table', 'inet', 'other');
    nft('add', 'table', 'inet', 'dialgate2');
    nft('delete', 'table', 'inet', 'other');
    await sleep(500);
    expect(disturbed).toBe(0);
  });

  it('opens in the very moment of a flush', async () => {
    for (let n = 0; n < 5; n++) {
      nft('flush', 'ruleset');
      await client.open(opening);
    }
    await sleep(300);
    // the last rebuild may have come after the open; either way the guard stands and says so
    expect(disturbed).toBeGreaterThan(0);
    expect(nft('list', 'tables')).toContain('dialgate');
  });

  it('when nft dies or hangs: an error in time, then as before', async () => {
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const [pid = 0] = children('/usr/sbin/nft -i');
      expect(pid).toBeGreaterThan(0);
      process.kill(pid, signal);
      const before = disturbed;
      await client.open({ ...opening, address: '203.0.113.9' as Address }).then(
        () => undefined, // the death was noticed before the open came
        (error: unknown) => expect(error).toMatchObject({ code: 'firewall-unavailable' }),
      );
      if (signal === 'SIGSTOP') await within(3000, () => disturbed > before);
      await client.open(opening);
      expect(await client.list()).toEqual(
        expect.arrayContaining([expect.objectContaining({ address: opening.address })]),
      );
      await client.close('203.0.113.9' as Address);
    }
  }, 15_000);

  it('when the monitor dies: looks by itself, then watches anew', async () => {
    const [pid = 0] = children(monitor);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    nft('flush', 'ruleset');
    await within(2500, () => nftHasGuard());
    await within(2500, () => children(monitor).length === 1);
    await sleep(200);
    nft('flush', 'ruleset');
    await within(1000, () => nftHasGuard());
  });
  const nftHasGuard = (): boolean => nft('list', 'tables').includes('inet dialgate');

  it('killed and restarted: elements and counters kept, clients back', async () => {
    await helper.end('SIGKILL');
    const before = nft('list', 'ruleset').replace(/expires \w+/g, '');
    helper = await HelperProcess.start(space, home);
    await within(3000, () => disturbed > 0);
    expect(nft('list', 'ruleset').replace(/expires \w+/g, '')).toBe(before);
    expect(await client.list()).toHaveLength(1);
  });

  it('leaves no process behind, not even after kill -9', async () => {
    const pids = [...children('/usr/sbin/nft -i'), ...children(monitor)];
    expect(pids).toHaveLength(2);
    await helper.end('SIGKILL');
    await within(2000, () => pids.every((pid) => !isChild(pid)));
  });

  it('ends cleanly on SIGTERM and leaves what is open', async () => {
    const socketAnswers = client.limits();
    await socketAnswers;
    expect(await helper.end('SIGTERM')).toBe(0);
    expect(nft('list', 'ruleset')).toContain('203.0.113.7');
    await expect(client.open(opening)).rejects.toMatchObject({ code: 'firewall-unavailable' });
  });

  it('with another configuration: the guard is built anew', async () => {
    await helper.end();
    home.configure({ ...usualLimits, services: { web: ['tcp/81'] } });
    helper = await HelperProcess.start(space, home);
    expect(helper.errors).toContain('guard-built');
    expect(await client.list()).toEqual([]);
  });

  it('opens for a year, if it may', async () => {
    await helper.end();
    home.configure({ ...usualLimits, longest: 31_536_000 });
    helper = await HelperProcess.start(space, home);
    const seconds = 31_536_000 - 0.001;
    await client.open({ ...opening, services: [{ service: 'web', seconds }] });
    expect((await client.list())[0]?.services[0]?.seconds).toBeGreaterThan(seconds - 10);
  });

  it('refuses to start twice, and with a configuration that others can write', async () => {
    const second = HelperProcess.launch(space, home);
    await once(second.child, 'exit');
    expect([second.child.exitCode, second.errors]).toEqual([
      78,
      expect.stringContaining('Another helper answers'),
    ]);
    expect(await client.list()).toHaveLength(1);
    chmodSync(home.config, 0o666);
    const third = HelperProcess.launch(space, home);
    await once(third.child, 'exit');
    expect([third.child.exitCode, third.errors]).toEqual([
      78,
      expect.stringContaining('chmod go-w'),
    ]);
  });

  it('syncs without renewing anything when all is right', async () => {
    await sleep(1500);
    const report = await client.sync([opening]);
    expect(report).toEqual({ opened: [], closed: [], failed: [] });
    // it went on running down: nothing was added anew
    expect((await client.list())[0]?.services[0]?.seconds).toBeLessThan(3599);
  });
});

function isChild(pid: number): boolean {
  try {
    return /nft|perl/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}
