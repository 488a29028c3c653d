import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { fittingFindings } from '../../src/doctor/firewall/fitting.ts';
import { readHost } from '../../src/doctor/firewall/read-host.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { ownIpsets, ownLegacyIpsets, ownSets } from '../helper/hosts.ts';
import { usualLimits } from '../helper/process.ts';
import { runIn } from './in-namespace.ts';

const guard = { ...usualLimits, socket: '/run/x/socket' };

describe.skipIf(whyNoNamespaces() !== undefined)('which way fits', () => {
  let space: Namespace;
  beforeEach(() => {
    space = makeNamespace();
  });
  afterEach(() => space.remove());

  async function findings(limits: object = guard): Promise<Finding[]> {
    const { services, backend, table } = readConfig(JSON.stringify({ ...guard, ...limits }));
    const host = await readHost(runIn(space), table);
    return [...host.findings, ...fittingFindings(host, services, backend)];
  }
  const levels = (all: readonly Finding[]): string[] => all.map(({ level }) => level);
  const text = (all: readonly Finding[]): string => all.map(({ what }) => what).join('\n');
  const rules = (words: string): string =>
    space.run('nft', words.replaceAll(';', '\n').replaceAll('} }', '}\n}'));

  it('no firewall: the guard', async () => {
    const all = await findings();
    expect(levels(all)).toEqual(['ok']);
    expect(text(all)).toMatch(/The guard fits/);
  });

  it('its own table is nobody else’s', async () => {
    rules(
      'table inet dialgate { chain pre { type filter hook prerouting priority -155; policy drop; } }',
    );
    expect(levels(await findings())).toEqual(['ok']);
  });

  it('a table that drops all but what it names: not the guard, and why', async () => {
    rules(
      'table inet filter { chain input { type filter hook input priority 0; policy drop; ct state vmap { established : accept, related : accept, invalid : drop }; iifname "lo" accept; tcp dport { 22, 80, 8000-8010 } accept; } }',
    );
    const all = await findings();
    expect(all[0]).toMatchObject({
      level: 'bad',
      what: expect.stringMatching(
        /^nftables, table inet filter: strangers are dropped at sip \(udp\/5060-5061\), by the policy of chain input\. A drop in another table is final/,
      ),
      mend: expect.stringMatching(/"backend" in helper\.json to "set"/),
    });
    expect(text(all)).not.toMatch(/web/);
  });

  it('a table that lets the ports through: the guard', async () => {
    rules(
      'table inet filter { set open { type inet_service; flags interval; elements = { 80, 8000-8010 } }; chain input { type filter hook input priority 0; policy drop; jump services; }; chain services { tcp dport @open accept; meta l4proto udp th dport 5060-5061 accept; } }',
    );
    expect(levels(await findings())).toEqual(['ok']);
  });

  it.each([
    [
      'a rule, where the policy accepts',
      'chain input { type filter hook input priority 0; udp dport 5060 drop; }',
    ],
    ['a reject', 'chain input { type filter hook input priority 0; meta l4proto udp reject; }'],
    [
      'an earlier hook',
      'chain pre { type filter hook prerouting priority -300; udp dport 5000-6000 drop; }',
    ],
    [
      'a chain behind a jump from an interface',
      'chain deep { drop; }; chain input { type filter hook input priority 0; tcp dport 80 accept; tcp dport 8000-8010 accept; iifname "eth0" goto deep; }',
    ],
  ])('%s is seen', async (_, chain) => {
    rules(`table ip own { ${chain} }`);
    expect(text(await findings())).toMatch(
      /table ip own: strangers are dropped at sip .* by a rule behind chain/,
    );
  });

  it.each([
    ['a banned source', 'ip saddr 192.0.2.1 drop'],
    ['a set of banned sources', 'ip saddr @banned drop'],
    ['too many packets', 'udp dport 5060 limit rate over 10/second drop'],
    ['broken packets', 'ct state invalid drop'],
  ])('%s is no stranger: the guard', async (_, rule) => {
    rules(
      `table ip own { set banned { type ipv4_addr; }; chain input { type filter hook input priority 0; ${rule}; } }`,
    );
    expect(levels(await findings())).toEqual(['ok']);
  });

  it.each(['nft', 'legacy'])('iptables (%s) that drops: ipset', async (variant) => {
    const program = `iptables-${variant}`;
    space.run(
      program,
      '-A',
      'INPUT',
      '-p',
      'tcp',
      '-m',
      'multiport',
      '--dports',
      '80,8000:8010',
      '-m',
      'comment',
      '--comment',
      'not -j DROP',
      '-j',
      'ACCEPT',
    );
    space.run(program, '-A', 'INPUT', '-s', '198.51.100.0/24', '-j', 'ACCEPT');
    space.run(program, '-P', 'INPUT', 'DROP');
    const all = await findings();
    expect(all.filter(({ level }) => level === 'bad')).toEqual([
      expect.objectContaining({
        what: expect.stringMatching(
          variant === 'nft'
            ? /^iptables, table filter: .*sip \(udp/
            : /^iptables-legacy, table filter/,
        ),
        mend: expect.stringMatching(/to "ipset"/),
      }),
    ]);
    expect(text(all)).toMatch(/Chosen is the guard; as things are, "ipset" fits/);
  });

  it.each([ownSets, ownIpsets, ownLegacyIpsets])(
    'rules that ask $name fit when they were chosen',
    async (own) => {
      own.before(space);
      if (own !== ownSets) {
        for (const service of ['web', 'sip']) {
          for (const [family, inet] of [
            ['4', 'inet'],
            ['6', 'inet6'],
          ] as const) {
            space.run(
              'ipset',
              'create',
              `dialgate_${service}${family}`,
              'hash:net',
              'family',
              inet,
              'timeout',
              '0',
            );
          }
        }
      }
      own.after(space);
      const all = await findings(own.limits);
      expect(levels(all).filter((level) => level !== 'ok')).toEqual([]);
      expect(text(all)).toMatch(/fits: the host's own rules turn strangers away/);
      expect(text(all)).toMatch(/The rules ask the sets of every service/);
    },
  );

  it('sets that no rule asks, and no rule that drops, are told', async () => {
    const all = await findings(ownSets.limits);
    expect(levels(all)).toEqual(['bad', 'bad']);
    expect(text(all)).toMatch(/everybody gets in/);
    expect(text(all)).toMatch(/No rule asks the sets of web, sip/);
  });

  it('a service that the host’s rules leave open is told', async () => {
    rules(
      'table inet filter { chain input { type filter hook input priority 0; policy drop; tcp dport { 80, 8000-8010 } accept; } }',
    );
    expect(text(await findings(ownSets.limits))).toMatch(
      /No rule of this host turns strangers away from web: everybody gets in there/,
    );
  });

  it('rules as ufw writes them are followed to their end', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'dialgate-rules-')), 'rules');
    const write = (...open: string[]): void => {
      const rows = [
        '*filter',
        ':INPUT DROP [0:0]',
        ':ufw-before-input - [0:0]',
        ':ufw-not-local - [0:0]',
        ':ufw-user-input - [0:0]',
        '-A INPUT -j ufw-before-input',
        '-A INPUT -j ufw-user-input',
        '-A ufw-before-input -i lo -j ACCEPT',
        '-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '-A ufw-before-input -m conntrack --ctstate INVALID -j DROP',
        '-A ufw-before-input -j ufw-not-local',
        '-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN',
        '-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN',
        '-A ufw-not-local -j DROP',
        ...open.map((words) => `-A ufw-user-input ${words} -j ACCEPT`),
        'COMMIT',
        '',
      ];
      writeFileSync(file, rows.join('\n'));
      space.run('iptables-nft-restore', file);
    };
    const web = ['-p tcp -m tcp --dport 80', '-p tcp -m multiport --dports 8000:8010'];
    write(...web);
    expect(text(await findings())).toMatch(
      /at sip \(udp\/5060-5061\), by the policy of chain INPUT/,
    );
    write(...web, '-p udp -m udp --dport 5060:5061');
    expect(levels(await findings())).toEqual(['ok', 'note']);
    rmSync(dirname(file), { recursive: true });
  });

  it('rules as firewalld writes them are followed to their end', async () => {
    const zone = (open: string): string => `table inet firewalld {
      chain filter_INPUT {
        type filter hook input priority 10; policy accept
        ct state { established, related } accept
        ct status dnat accept
        iifname "lo" accept
        jump filter_INPUT_ZONES
        ct state { invalid } drop
        reject with icmpx admin-prohibited
      }
      chain filter_INPUT_ZONES { goto filter_IN_public; }
      chain filter_IN_public { jump filter_IN_public_allow; meta l4proto { icmp, ipv6-icmp } accept; }
      chain filter_IN_public_allow { ${open} }
    }`;
    const web = 'tcp dport 80 ct state { new, untracked } accept; tcp dport 8000-8010 accept; ';
    rules(zone(web));
    const all = await findings();
    expect(text(all)).toMatch(/inet firewalld: strangers are dropped at sip .* by a rule/);
    expect(all[0]?.mend).toMatch(/^Let these ports through there, .*firewall-cmd/);
    expect(text(all)).toMatch(/as things are, it fits once the ports pass/);
    space.run('nft', 'flush', 'ruleset');
    rules(zone(`${web} udp dport 5060-5061 accept; `));
    expect(levels(await findings())).toEqual(['ok', 'note']);
  });

  it('firewall programs are known by their chains', async () => {
    space.run('iptables-nft', '-N', 'f2b-asterisk');
    space.run('iptables-nft', '-N', 'ufw-user-input');
    space.run('iptables-nft', '-N', 'DOCKER');
    const notes = (await findings()).filter(({ level }) => level === 'note');
    expect(text(notes)).toBe(
      'ufw keeps rules on this host.\nfail2ban keeps rules on this host.\nDocker keeps rules on this host.',
    );
  });
});
