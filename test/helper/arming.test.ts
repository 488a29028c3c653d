import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { EnableRequest } from '../../src/domain/guard.ts';
import { GuardClient } from '../../src/firewall/guard-client.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import type { Agent } from './agent.ts';
import { HelperProcess, helperUid, makeHome, usualLimits, type HelperHome } from './process.ts';
import { serverAddress as server, TwoHosts } from './two-hosts.ts';

const trusted = '198.51.100.9';
const stranger = '203.0.113.1';
const guest = '203.0.113.2';
const off = { ...usualLimits, armed: false };

const trial = (test: number): EnableRequest => ({
  test,
  force: false,
  unproven: false,
  connection: null,
});

describe.skipIf(whyNoNamespaces() !== undefined)('arming the guard', () => {
  let hosts: TwoHosts;
  let inside: Namespace;
  let roamer: Agent;
  let home: HelperHome;
  let helper: HelperProcess;
  let guard: GuardClient;
  let app: HelperClient | undefined;
  let tries = 0;

  const nft = (...args: string[]): string => inside.run('nft', ...args);
  const getsIn = async (from = stranger, port = 80): Promise<boolean> => {
    const id = `t${++tries}`;
    const came = await roamer.connects(id, from, server, port);
    roamer.tell('end', id);
    return came;
  };
  async function begin(limits: object): Promise<void> {
    home = await makeHome(limits);
    helper = await HelperProcess.start(inside, home);
    guard = new GuardClient(home.adminSocket, 15_000);
  }
  async function again(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await helper.end(signal);
    helper = await HelperProcess.start(inside, home);
  }
  async function within(milliseconds: number, what: () => boolean): Promise<void> {
    for (const end = performance.now() + milliseconds; !what() && performance.now() < end;) {
      await sleep(10);
    }
    expect(what()).toBe(true);
  }
  const tables = (): string[] => nft('list', 'tables').trim().split('\n').toSorted();

  beforeAll(async () => {
    hosts = new TwoHosts();
    ({ inside, roamer } = hosts);
    await hosts.listen();
  }, 60_000);

  afterEach(async () => {
    app?.stop();
    app = undefined;
    await helper.end();
    nft('flush', 'ruleset');
    home.remove();
  });

  afterAll(() => {
    hosts.remove();
  });

  it('is off at first, and wants to be tried before it is on for good', async () => {
    await begin(off);
    expect(await guard.status()).toMatchObject({ armed: 'off', confirmed: false, halted: null });
    expect(await getsIn()).toBe(true);
    app = new HelperClient({ socket: home.socket });
    const atFirst = await app.limits();
    expect(atFirst.warnings?.join()).toMatch(/guard is off.*guard enable --test/);
    expect(atFirst.guard).toBe('off');
    const forGood = { ...trial(1), test: null };
    await expect(guard.enable(forGood)).rejects.toThrow(/never confirmed on this host/);
    expect(await getsIn()).toBe(true);
    expect(await guard.enable({ ...forGood, unproven: true })).toMatchObject({ armed: 'on' });
    const armed = await app.limits();
    expect([armed.warnings, armed.guard]).toEqual([undefined, 'on']);
    expect([await getsIn(), await getsIn(trusted), await getsIn(stranger, 9000)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await guard.disable()).toMatchObject({ armed: 'off' });
    expect(await getsIn()).toBe(true);
  });

  it('ends a trial though every process of ours is killed', async () => {
    await begin(off);
    expect(await guard.enable(trial(6))).toMatchObject({ armed: 'trial', secondsLeft: 6 });
    const began = performance.now();
    expect(await getsIn()).toBe(false);
    const children = offspring(helper.pid);
    expect(children.length).toBeGreaterThan(1);
    await helper.end('SIGKILL');
    children.forEach(kill);
    expect(await getsIn()).toBe(false);
    await sleep(6100 - (performance.now() - began));
    expect(await getsIn()).toBe(true);
    await again();
    const { armed, findings } = await guard.status();
    expect([armed, findings.join()]).toEqual(['off', expect.stringMatching(/ran out/)]);
    expect(await getsIn()).toBe(true);
  });

  it('ends a trial that nobody confirms, and says so to who comes too late', async () => {
    await begin(off);
    await guard.enable(trial(1));
    await sleep(1200);
    await expect(guard.confirm()).rejects.toThrow(/ran out without being confirmed/);
    expect(helper.errors).toContain('"event":"trial-ended","level":"error"');
    expect(await getsIn()).toBe(true);
    await again();
    expect(await guard.status()).toMatchObject({ armed: 'off', confirmed: false });
  });

  it('keeps what was confirmed in time: beyond the trial, a flush and a restart', async () => {
    await begin(off);
    await guard.enable(trial(3));
    expect(await guard.confirm()).toMatchObject({ armed: 'on', confirmed: true });
    await sleep(3200);
    expect(await getsIn()).toBe(false);
    nft('flush', 'ruleset');
    await within(1000, () => nft('list', 'ruleset').includes('elements = { tcp, udp }'));
    expect(await getsIn()).toBe(false);
    await again();
    expect(await guard.status()).toMatchObject({ armed: 'on', confirmed: true });
    expect(await getsIn()).toBe(false);
  });

  it('goes on with what is left of a trial, though the ruleset was flushed meanwhile', async () => {
    await begin(off);
    await guard.enable(trial(10));
    const began = performance.now();
    await helper.end('SIGTERM');
    nft('flush', 'ruleset');
    await sleep(1000); // nobody counts meanwhile
    helper = await HelperProcess.start(inside, home);
    const { armed, secondsLeft } = await guard.status();
    expect(armed).toBe('trial');
    expect(secondsLeft).toBeLessThan(10);
    expect(await getsIn()).toBe(false);
    await sleep(10_100 - (performance.now() - began));
    expect(await getsIn()).toBe(true);
    expect(await guard.status()).toMatchObject({ armed: 'off' });
  });

  it('is armed from its first start where helper.json says so, and stays disabled all the same', async () => {
    await begin(usualLimits);
    expect(await guard.status()).toMatchObject({ armed: 'on' });
    expect(await getsIn()).toBe(false);
    await guard.disable();
    await again();
    expect(await guard.status()).toMatchObject({ armed: 'off' });
    nft('flush', 'ruleset');
    await within(1000, () => tables().includes('table inet dialgate'));
    expect(await getsIn()).toBe(true);
  });

  it('refuses to cut connections, and names them and the ways out', async () => {
    await begin(off);
    const id = 'live';
    expect(await roamer.connects(id, guest, server, 80)).toBe(true);
    expect(await roamer.connects('safe', trusted, server, 80)).toBe(true);
    const refused = guard.enable(trial(60));
    await expect(refused).rejects.toThrow(/from 203\.0\.113\.2 to port 80 \(web\)/);
    await expect(refused).rejects.toThrow(
      /"trusted" in helper\.json.*dialgate grant open.*--force/,
    );
    await expect(refused).rejects.not.toThrow(/198\.51\.100\.9/);
    expect(await guard.status()).toMatchObject({ armed: 'off' });
    const { summary, ruleset } = await guard.plan(null);
    expect(summary.join('\n')).toMatch(/would be cut:\n {2}from 203\.0\.113\.2 to port 80 \(web\)/);
    expect(summary.join('\n')).toMatch(/web: tcp\/80, tcp\/8000-8010\n/);
    expect(ruleset).toContain('add element inet dialgate armed { tcp, udp }');

    app = new HelperClient({ socket: home.socket });
    await app.open({ address: guest as Address, services: [{ service: 'web', seconds: 60 }] });
    // a connection that cannot be seen here counts as well, where it is the administrator's own
    const connection = { address: stranger, port: 80 };
    await expect(guard.enable({ ...trial(60), connection })).rejects.toThrow(
      /your own connection: from 203\.0\.113\.1 to port 80/,
    );
    expect(
      await guard.enable({ ...trial(60), connection: { address: trusted, port: 80 } }),
    ).toMatchObject({ armed: 'trial' });
    roamer.tell('write', id, 'one');
    expect(await roamer.says(`data ${id} echo:one`)).toBe(true);
    await guard.disable();
    await app.close(guest as Address);
    await guard.enable({ ...trial(60), force: true });
    roamer.tell('write', id, 'two');
    expect(await roamer.says(`data ${id} echo:two`, 400)).toBe(false);
    roamer.tell('write', 'safe', 'three');
    expect(await roamer.says('data safe echo:three')).toBe(true);
    await guard.disable();
    for (const one of ['safe', id]) roamer.tell('end', one);
  });

  it('takes nobody for let in whose entry has ended, though the list still names it', async () => {
    await begin({ ...off, standing: { most: 10, widest4: 16, widest6: 32 } });
    app = new HelperClient({ socket: home.socket });
    const until = Math.ceil(Date.now() / 1000 + 3) * 1000;
    const report = await app.stand([{ target: guest, services: ['web'], until }]);
    expect(report).toMatchObject({ added: 1, failed: [] });
    const wanted = { ...trial(60), connection: { address: guest, port: 80 } };
    expect(await guard.enable(wanted)).toMatchObject({ armed: 'trial' });
    await guard.disable();
    await sleep(until - Date.now() + 50);
    await expect(guard.enable(wanted)).rejects.toThrow(/your own connection: from 203\.0\.113\.2/);
  });

  it('puts back what others take from the set, and ends what they lengthen', async () => {
    await begin(usualLimits);
    nft('delete', 'element', 'inet', 'dialgate', 'armed', '{ tcp }');
    await within(1000, () => helper.errors.includes('guard-rearmed'));
    expect(await getsIn()).toBe(false);
    await guard.disable();
    const said = helper.errors.length;
    nft('add', 'element', 'inet', 'dialgate', 'armed', '{ tcp }');
    await helper.says('guard-rearmed', said);
    expect(await getsIn()).toBe(true);
  });

  it('stops when it is fought, says so, and resumes when told', async () => {
    await begin(usualLimits);
    const heard: number[] = [];
    app = new HelperClient({ socket: home.socket });
    app.onDisturbed(() => heard.push(1));
    await app.limits();
    for (let flush = 0; flush < 5; flush++) {
      nft('flush', 'ruleset');
      await within(2000, () => tables().includes('table inet dialgate'));
      await sleep(250);
    }
    expect(await guard.status()).toMatchObject({ halted: null }); // a flush is no fight
    for (let round = 0; round < 3; round++) {
      nft('delete', 'table', 'inet', 'dialgate');
      await within(2000, () => tables().includes('table inet dialgate'));
      await sleep(250);
    }
    const before = heard.length;
    nft('delete', 'table', 'inet', 'dialgate');
    await helper.says('"event":"guard-contested","level":"error"');
    await within(1000, () => heard.length > before);
    await sleep(700);
    expect(tables()).not.toContain('table inet dialgate');
    const opening = { address: guest as Address, services: [{ service: 'web', seconds: 60 }] };
    const asked = performance.now();
    await expect(app.open(opening)).rejects.toMatchObject({
      code: 'firewall-refused',
      message: expect.stringMatching(/again and again.*dialgate guard resume/),
    });
    await expect(app.sync([opening])).rejects.toMatchObject({ code: 'firewall-refused' });
    expect(performance.now() - asked).toBeLessThan(500);
    await again();
    const { halted, findings } = await guard.status();
    expect([halted, findings[0]]).toEqual(['contested', expect.stringMatching(/nft monitor/)]);
    expect(tables()).not.toContain('table inet dialgate');
    await expect(guard.enable(trial(5))).rejects.toThrow(/guard resume/);
    expect(await guard.resume()).toMatchObject({ armed: 'on', halted: null });
    expect(await getsIn()).toBe(false);
    await app.open(opening);
    expect(await getsIn(guest)).toBe(true);
  });

  it('can be disabled while it is contested', async () => {
    await begin(usualLimits);
    for (let round = 0; round < 4; round++) {
      const said = helper.errors.length;
      nft('insert', 'rule', 'inet', 'dialgate', 'arriving', 'counter');
      await helper.says(round < 3 ? 'guard-built' : 'guard-contested', said);
      await sleep(250);
    }
    expect(await getsIn()).toBe(false);
    expect(await guard.disable()).toMatchObject({ armed: 'off', halted: 'contested' });
    expect(await getsIn()).toBe(true);
  });

  it('arms nothing where that cannot be written down', async () => {
    await begin(off);
    chownSync(home.state, 0, 0);
    await expect(guard.enable(trial(5))).rejects.toThrow(/cannot be saved in/);
    expect(await getsIn()).toBe(true);
    chownSync(home.state, helperUid, helperUid);
    await guard.enable(trial(5));
    chownSync(home.state, 0, 0);
    await expect(guard.confirm()).rejects.toThrow(/cannot be written down/);
    expect(await guard.status()).toMatchObject({ armed: 'trial' });
    await expect(guard.disable()).rejects.toThrow(/cannot be written down/);
    expect(await getsIn()).toBe(true); // that much is done
  });

  it('keeps no trial and no contest beyond a start of the host', async () => {
    await begin(off);
    await helper.end();
    const kept = { until: 1e9, boot: 'another', confirmed: true };
    const write = (wanted: object): void =>
      writeFileSync(join(home.state, 'guard.json'), JSON.stringify({ ...kept, ...wanted }));
    write({ armed: 'trial', halted: null });
    await again();
    expect(await guard.status()).toMatchObject({ armed: 'off', confirmed: true });
    write({ armed: 'on', halted: 'contested' });
    await again();
    expect(await guard.status()).toMatchObject({ armed: 'on', halted: null });
    expect(await getsIn()).toBe(false);
  });

  it('begins anew, and says so, where what it kept cannot be read', async () => {
    await begin(off);
    await guard.enable({ ...trial(1), test: null, unproven: true });
    await helper.end();
    writeFileSync(join(home.state, 'guard.json'), '{"armed":"on"}');
    await again();
    const { armed, findings } = await guard.status();
    expect([armed, findings.join()]).toEqual(['off', expect.stringMatching(/cannot be kept/)]);
    expect(helper.errors).toContain('state-failed');
    expect(await guard.disable()).toMatchObject({ armed: 'off', findings: [] });
  });

  it('is for root alone', async () => {
    await begin(off);
    expect(statSync(home.adminSocket).mode & 0o777).toBe(0o600);
    const connect = `require('node:net').connect(${JSON.stringify(home.adminSocket)})
      .on('connect', () => { console.log('connected'); process.exit(); })
      .on('error', (error) => console.log(error.code));`;
    const asUser = (uid: number): string =>
      inside.run(
        'setpriv',
        `--reuid=${uid}`,
        `--regid=${helperUid}`,
        '--clear-groups',
        process.execPath,
        '-e',
        connect,
      );
    expect(asUser(helperUid + 1)).toBe('EACCES\n');
    expect(asUser(helperUid)).toBe('connected\n');
    const { reply } = await raw(home.socket, { id: 1, verb: 'disable' });
    expect(reply).toMatchObject({ ok: false, error: { code: 'unknown-verb' } });
  });
});

/** A line of one's own to a socket, and what comes back. */
async function raw(socket: string, request: object): Promise<{ reply: unknown }> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const client = connect(socket, () => client.write(`${JSON.stringify(request)}\n`));
    client.on('error', reject);
    client.once('data', (chunk) => {
      client.destroy();
      resolve({ reply: JSON.parse(String(chunk)) });
    });
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended with the helper
  }
}

/** The processes that a process has started, and theirs. */
function offspring(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((child) => {
      try {
        const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
        return Number(/\) \S (\d+)/.exec(stat)?.[1]) === pid;
      } catch {
        return false; // gone meanwhile
      }
    });
  return children.flatMap((child) => [child, ...offspring(child)]);
}
