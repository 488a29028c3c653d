import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { GuardClient } from '../../src/firewall/guard-client.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';

const trial = { test: 60, force: false, unproven: false, connection: null };

describe.skipIf(whyNoNamespaces() !== undefined)('the ruleset from before the guard', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let guard: GuardClient;
  let before: string;

  const nft = (...args: string[]): string => space.run('nft', ...args);
  /** What a person would compare: the rules without what counts and what is ours. */
  const rules = (): string =>
    [nft('-s', 'list', 'ruleset'), space.run('iptables-save'), space.run('ip6tables-save')]
      .join('')
      .replace(/^#.*\n/gm, '')
      .replace(/\[\d+:\d+\]/g, '')
      .split(/^(?=table |\*)/m)
      // told by iptables-save; nft shows empty chains of theirs, too
      .filter((table) => !/^table ip6? filter /.test(table))
      .toSorted()
      .join('');

  beforeEach(async () => {
    space = makeNamespace();
    nft('add', 'table', 'inet', 'mine');
    nft('add', 'set', 'inet', 'mine', 'friends', '{ type ipv4_addr; flags interval; }');
    nft('add', 'element', 'inet', 'mine', 'friends', '{ 192.0.2.0/24, 198.51.100.7 }');
    nft('add', 'chain', 'inet', 'mine', 'in', '{ type filter hook input priority 0; }');
    nft('add', 'rule', 'inet', 'mine', 'in', 'ip', 'saddr', '@friends', 'counter', 'accept');
    nft('add', 'table', 'ip', 'untouched');
    // nft lists this match, and cannot read it back
    space.run('iptables', '-A', 'INPUT', '-m', 'recent', '--name', 'seen', '--set');
    space.run('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '23', '-j', 'DROP');
    space.run('ip6tables', '-P', 'FORWARD', 'DROP');
    before = rules();
    home = await makeHome({ ...usualLimits, armed: false });
    helper = await HelperProcess.start(space, home);
    guard = new GuardClient(home.adminSocket, 20_000);
  });

  afterEach(async () => {
    await helper.end();
    space.remove();
    home.remove();
  });

  it('comes back table by table, and the guard stays away until it is enabled', async () => {
    await expect(guard.restore(false)).rejects.toThrow(/never armed here/);
    await guard.enable(trial);
    await guard.confirm();

    nft('delete', 'element', 'inet', 'mine', 'friends', '{ 198.51.100.7 }');
    nft('add', 'table', 'ip6', 'later');
    space.run('iptables', '-D', 'INPUT', '-p', 'tcp', '--dport', '23', '-j', 'DROP');
    space.run('ip6tables', '-P', 'FORWARD', 'ACCEPT');
    const changed = rules();
    const told = await guard.restore(false);
    expect(told.applied).toBe(false);
    expect(told.difference).toEqual(
      expect.arrayContaining([
        'table inet mine:',
        expect.stringMatching(/^\+ .*198\.51\.100\.7/),
        'table ip6 later:',
        '- table ip6 later {',
        '+ -A INPUT -p tcp -m tcp --dport 23 -j DROP',
        '- :FORWARD ACCEPT [0:0]',
        '+ :FORWARD DROP [0:0]',
      ]),
    );
    expect(told.difference.join('\n')).not.toContain('untouched');
    expect(rules()).toBe(changed);

    expect(await guard.restore(true)).toMatchObject({ applied: true });
    expect(rules()).toBe(before);
    expect(await guard.restore(false)).toMatchObject({ difference: [] });

    await helper.end();
    helper = await HelperProcess.start(space, home);
    expect(rules()).toBe(before);
    expect(await guard.status()).toMatchObject({ armed: 'off', halted: 'restored' });
    const app = new HelperClient({ socket: home.socket });
    const opening = {
      address: '203.0.113.7' as Address,
      services: [{ service: 'web', seconds: 60 }],
    };
    await expect(app.open(opening)).rejects.toThrow(/taken away by "dialgate guard restore"/);
    await guard.enable(trial);
    await app.open(opening);
    app.stop();
    expect(nft('list', 'set', 'inet', 'dialgate', 'armed')).toMatch(/tcp timeout/);
  });

  it('is saved once, in files that nft and iptables read without us', async () => {
    await guard.enable(trial);
    await guard.disable();
    const listing = readFileSync(join(home.state, 'before.nft'), 'utf8');
    expect(listing).not.toContain('dialgate');
    nft('add', 'table', 'inet', 'later');
    await guard.enable(trial);
    expect(readFileSync(join(home.state, 'before.nft'), 'utf8')).toBe(listing);
    const other = makeNamespace();
    try {
      other.run('nft', '-f', join(home.state, 'before.nft'));
      other.run('iptables-restore', join(home.state, 'before.iptables'));
      expect(other.run('nft', 'list', 'ruleset')).toContain('198.51.100.7');
      expect(other.run('iptables-save')).toContain('--dport 23');
    } finally {
      other.remove();
    }
    expect(existsSync(join(home.state, 'before.nft.new'))).toBe(false);
  });
});
