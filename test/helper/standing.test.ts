import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Standing } from '../../src/domain/entry.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import type { Agent } from './agent.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';
import { serverAddress as server, serverAddress6 as server6, TwoHosts } from './two-hosts.ts';

const host = '203.0.113.7';
const network = '203.0.113.16/28';
const [inNetwork, alsoInNetwork, beside] = ['203.0.113.17', '203.0.113.30', '203.0.113.32'];
const limits = {
  ...usualLimits,
  trusted: [],
  standing: { most: 100, widest4: 16, widest6: 32 },
};

describe.skipIf(whyNoNamespaces() !== undefined)('standing entries, with packets', () => {
  let hosts: TwoHosts;
  let inside: Namespace;
  let pbx: Agent;
  let roamer: Agent;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;
  let last = 0;

  beforeEach(async () => {
    hosts = new TwoHosts();
    ({ inside, pbx, roamer } = hosts);
    await hosts.listen(8005);
    home = await makeHome(limits);
    helper = await HelperProcess.start(inside, home);
    firewall = new HelperClient({ socket: home.socket });
  }, 60_000);

  afterEach(async () => {
    firewall.stop();
    await helper.end();
    hosts.remove();
    home.remove();
  });

  const entry = (target: string, services = ['web', 'sip'], seconds?: number): Standing => ({
    target,
    services,
    until: seconds === undefined ? null : Date.now() + seconds * 1000,
  });
  const stand = async (...entries: Standing[]): Promise<void> => {
    expect((await firewall.stand(entries)).failed).toEqual([]);
  };
  const getsIn = (from: string, port = 80): Promise<boolean> =>
    roamer.connects(`c${++last}`, from, from.includes(':') ? server6 : server, port);
  /** A connection that stands, and whether it still goes on. */
  const holds = async (from: string): Promise<() => Promise<boolean>> => {
    expect(await getsIn(from)).toBe(true);
    const id = `c${last}`;
    let word = 0;
    return async () => {
      roamer.tell('write', id, `w${++word}`);
      return roamer.says(`data ${id} echo:w${word}`, 500);
    };
  };
  const nft = (...words: string[]): string => inside.run('nft', ...words);
  const within = async (milliseconds: number, what: () => boolean): Promise<void> => {
    for (const end = performance.now() + milliseconds; !what() && performance.now() < end;) {
      await sleep(20);
    }
    expect(what()).toBe(true);
  };
  const stands = (): boolean =>
    nft('list', 'tables').includes('inet dialgate\n') &&
    nft('list', 'set', 'inet', 'dialgate', 'stand4_web').includes(host);

  it('let hosts and networks of both families in, to their services alone', async () => {
    const six = ['2001:db8:1::7', '2001:db8:1:1::7'] as const;
    expect([await getsIn(host), await getsIn(six[0])]).toEqual([false, false]);
    await stand(entry(host, ['web']), entry(network, ['web']), entry('2001:db8:1::/64', ['web']));
    expect([await getsIn(host), await getsIn(host, 8005)]).toEqual([true, true]);
    expect([await getsIn(inNetwork), await getsIn(alsoInNetwork, 8005)]).toEqual([true, true]);
    expect([await getsIn(beside), await getsIn(six[0]), await getsIn(six[1])]).toEqual([
      false,
      true,
      false,
    ]);
    roamer.tell('udp', 'u', host, 6000);
    expect(await roamer.says('up u')).toBe(true);
    roamer.tell('send', 'u', server, 5060, 'not-to-sip');
    expect(await pbx.says('data sip not-to-sip', 300)).toBe(false);
    await stand(entry(host, ['sip']), entry('2001:db8:1:1::7'));
    roamer.tell('send', 'u', server, 5060, 'to-sip');
    expect(await pbx.says('data sip to-sip')).toBe(true);
    expect([await getsIn(host), await getsIn(inNetwork)]).toEqual([false, false]);
    expect([await getsIn(six[0]), await getsIn(six[1])]).toEqual([false, true]);
  }, 30_000);

  it('cut what is under way when they are taken out, and leave the others', async () => {
    await stand(entry(host), entry(network), entry(beside), entry('2001:db8:1::/48'));
    const cut = [await holds(host), await holds(inNetwork), await holds('2001:db8:1::7')];
    const kept = await holds(beside);
    await stand(entry(beside));
    for (const goesOn of cut) expect(await goesOn()).toBe(false);
    expect(await kept()).toBe(true);
    // the server's side is told, too
    pbx.tell('write', 'in1', 'from the server');
    expect(await pbx.says('closed in1 ECONNRESET', 1000)).toBe(true);
    expect([await getsIn(host), await getsIn(inNetwork)]).toEqual([false, false]);
  }, 30_000);

  it('cut nobody whom another entry or a grant lets in', async () => {
    const services = ['web', 'sip'].map((service) => ({ service, seconds: 60 }));
    await stand(entry(host), entry(network), entry(inNetwork), entry('203.0.113.0/27'));
    await firewall.open({ address: beside as Address, services });
    const [a, b, c] = [await holds(host), await holds(inNetwork), await holds(beside)];
    await stand(entry('203.0.113.0/27'), entry(beside));
    await firewall.close(beside as Address);
    for (const goesOn of [a, b, c]) expect(await goesOn()).toBe(true);
    await firewall.open({ address: host as Address, services });
    await stand(entry(inNetwork));
    expect([await a(), await b(), await c()]).toEqual([true, true, false]);
    await firewall.close(host as Address);
    expect(await a()).toBe(false);
  }, 30_000);

  it('end by themselves, also where the server sends first', async () => {
    for (const [id, address] of [
      ['h', host],
      ['n', inNetwork],
    ] as const) {
      roamer.tell('udp', id, address, 5060);
      expect(await roamer.says(`up ${id}`)).toBe(true);
    }
    await stand(entry(host, undefined, 3), entry(network, undefined, 3), entry(inNetwork, ['web']));
    const goesOn = await holds(host);
    for (const [id, address] of [
      ['h', host],
      ['n', inNetwork],
    ] as const) {
      pbx.tell('send', 'sip', address, 5060, 'options');
      expect(await roamer.says(`data ${id} options`)).toBe(true);
      roamer.tell('send', id, server, 5060, `from-${id}`);
      expect(await pbx.says(`data sip from-${id}`)).toBe(true);
    }
    await helper.end('SIGKILL'); // the kernel does it alone
    await sleep(3200);
    expect(await goesOn()).toBe(false);
    for (const id of ['h', 'n']) {
      roamer.tell('send', id, server, 5060, `late-${id}`);
      expect(await pbx.says(`data sip late-${id}`, 300)).toBe(false);
    }
    expect([await getsIn(host), await getsIn(alsoInNetwork), await getsIn(inNetwork)]).toEqual([
      false,
      false,
      true,
    ]);
  }, 30_000);

  it('taken out, do not come back in as answers to what the server sends', async () => {
    await stand(entry(host), entry(network));
    for (const [id, address] of [
      ['h', host],
      ['n', inNetwork],
    ] as const) {
      roamer.tell('udp', id, address, 5060);
      expect(await roamer.says(`up ${id}`)).toBe(true);
      roamer.tell('send', id, server, 5060, `register-${id}`);
      expect(await pbx.says(`data sip register-${id}`)).toBe(true);
    }
    await stand();
    inside.run('conntrack', '-F');
    for (const [id, address] of [
      ['h', host],
      ['n', inNetwork],
    ] as const) {
      pbx.tell('send', 'sip', address, 5060, 'options');
      await sleep(50);
      roamer.tell('send', id, server, 5060, `from-${id}`);
      expect(await pbx.says(`data sip from-${id}`, 300)).toBe(false);
    }
  }, 30_000);

  it('stay through a restart of the helper, and come back before it listens', async () => {
    await stand(entry(host), entry(network), entry(beside, undefined, 3600));
    const goesOn = await holds(host);
    await helper.end('SIGKILL');
    helper = await HelperProcess.start(inside, home);
    expect(helper.errors).not.toContain('guard-built');
    expect(await goesOn()).toBe(true);
    expect(await firewall.stand([entry(host), entry(network)])).toMatchObject({ removed: 1 });
    await helper.end();
    nft('flush', 'ruleset'); // as after a reboot
    helper = await HelperProcess.start(inside, home);
    expect([await getsIn(host), await getsIn(inNetwork), await getsIn(beside)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await firewall.stand([entry(host), entry(network)])).toEqual({
      added: 0,
      removed: 0,
      failed: [],
    });
  }, 30_000);

  it('come back when the kernel has lost them, or somebody has taken some out', async () => {
    await stand(entry(host), entry(network));
    nft('flush', 'ruleset');
    await within(2000, () => helper.errors.includes('disturbed'));
    await within(2000, stands);
    await within(2000, () => nft('list', 'set', 'inet', 'dialgate', 'standnet4').includes('tcp'));
    expect([await getsIn(host), await getsIn(inNetwork), await getsIn(beside)]).toEqual([
      true,
      true,
      false,
    ]);
    await sleep(5500); // until the helper need not look so often any more
    nft('delete', 'element', 'inet', 'dialgate', 'stand4_web', `{ ${host} }`);
    await within(2000, stands);
    nft('flush', 'set', 'inet', 'dialgate', 'standnet4');
    await within(2000, () => nft('list', 'set', 'inet', 'dialgate', 'standnet4').includes('tcp'));
    expect([await getsIn(host), await getsIn(inNetwork)]).toEqual([true, true]);
  }, 30_000);

  it('come back also where there may be so many that nft itself does not watch them', async () => {
    await helper.end();
    home.configure({ ...limits, standing: { most: 20_000 } });
    helper = await HelperProcess.start(inside, home);
    await stand(entry(host), entry(network));
    await firewall.open({
      address: beside as Address,
      services: [{ service: 'web', seconds: 60 }],
    });
    await sleep(5500); // until the helper need not look so often any more
    const before = helper.errors.length;
    await stand(entry(host), entry(network), entry(alsoInNetwork));
    nft('add', 'table', 'inet', 'other');
    await sleep(300);
    expect(helper.errors.slice(before)).not.toMatch(/disturbed|-failed/);
    nft('delete', 'element', 'inet', 'dialgate', 'stand4_web', `{ ${host} }`);
    await within(2000, stands);
    nft('delete', 'element', 'inet', 'dialgate', 'open4_web', `{ ${beside} }`);
    await within(2000, () => helper.errors.includes('Elements were changed by nft'));
    nft('flush', 'ruleset');
    await within(2000, stands);
    expect([await getsIn(host), await getsIn(inNetwork)]).toEqual([true, true]);
  }, 30_000);

  it('are kept in a file that only the helper reads, and do without one that is damaged', async () => {
    await stand(entry(host));
    const file = join(home.state, 'standing');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await helper.end();
    writeFileSync(file, readFileSync(file, 'utf8').replace(host, beside));
    helper = await HelperProcess.start(inside, home);
    expect(helper.errors).toMatch(/standing-damaged.*check sum/);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(home.state)).toContain('standing.damaged');
    expect([await getsIn(host), await getsIn(beside)]).toEqual([false, false]);
    expect(await firewall.stand([entry(host)])).toMatchObject({ added: 1 });
    await helper.end();
    chmodSync(file, 0o666);
    helper = await HelperProcess.start(inside, home);
    expect(helper.errors).toMatch(/standing-damaged.*others could have written it/);
    expect(await getsIn(host)).toBe(false);
  }, 30_000);

  it('that other limits do not allow do not come back', async () => {
    await stand(entry(host), entry('203.0.0.0/16'));
    await helper.end();
    home.configure({ ...limits, standing: { most: 100, widest4: 24 } });
    helper = await HelperProcess.start(inside, home);
    expect([await getsIn(host), await getsIn(beside)]).toEqual([true, false]);
    const { failed } = await firewall.stand([entry(host), entry('203.0.0.0/16')]);
    expect(failed.map(({ target }) => target)).toEqual(['203.0.0.0/16']);
    await helper.end();
    home.configure({ ...limits, standing: undefined });
    helper = await HelperProcess.start(inside, home);
    expect(await getsIn(host)).toBe(false);
    expect((await firewall.stand([entry(host)])).failed[0]?.reason).toMatch(/"standing"/);
  }, 30_000);

  it('stand all the same where the state cannot be kept, and it is said', async () => {
    await helper.end();
    home.configure({ ...limits, state: join(home.state, 'missing') });
    helper = await HelperProcess.start(inside, home);
    await stand(entry(host));
    expect(await getsIn(host)).toBe(true);
    expect(helper.errors).toContain('standing-not-kept');
  }, 30_000);

  it('put what was half done right at the next start', async () => {
    await stand(entry(host));
    await helper.end('SIGKILL');
    // it had let somebody else in, and not come to write it down
    nft('add', 'element', 'inet', 'dialgate', 'stand4_web', `{ ${beside} }`);
    helper = await HelperProcess.start(inside, home);
    expect([await getsIn(host), await getsIn(beside)]).toEqual([true, false]);
  }, 30_000);

  it('that were taken out do not come back with rules that were saved before', async () => {
    const saved = join(home.state, 'saved.nft');
    await stand(entry(host), entry(network));
    writeFileSync(saved, `flush ruleset\n${nft('list', 'ruleset')}`);
    await stand(entry(beside));
    const inSet = (set: string): string => nft('list', 'set', 'inet', 'dialgate', set);
    const onlyBeside = (): boolean =>
      /elements = \{ 203\.0\.113\.32 \}/.test(inSet('stand4_web')) &&
      !inSet('standnet4').includes('elements');
    expect(onlyBeside()).toBe(true);
    // a reload, more often than anybody may fight
    for (let round = 0; round < 5; round++) {
      nft('-f', saved);
      expect(onlyBeside()).toBe(false);
      await within(5000, onlyBeside);
    }
    expect(helper.errors).not.toContain('contested');
    await helper.end();
    nft('-f', saved); // as at a boot
    helper = await HelperProcess.start(inside, home);
    expect(onlyBeside()).toBe(true);
    expect([await getsIn(host), await getsIn(inNetwork), await getsIn(beside)]).toEqual([
      false,
      false,
      true,
    ]);
  }, 60_000);
});
