import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { joinNamespaces, makeNamespace, type Namespace } from '../fixtures/namespace.ts';
import { Agent } from '../helper/agent.ts';
import { ownIpsets, whyNot } from '../helper/hosts.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from '../helper/process.ts';
import { serverAddress, TwoHosts } from '../helper/two-hosts.ts';
import { adviceIn, levels, text, webIsLost } from './advice.ts';

const container = '172.18.0.2';
/** As Docker writes them for a published port, on a host whose own rules let nobody in. */
const rulesFor = (bridge: string): string[] => [
  '-P INPUT DROP',
  '-A INPUT -i lo -j ACCEPT',
  '-P FORWARD DROP',
  '-t nat -N DOCKER',
  '-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  '-t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
  `-t nat -A POSTROUTING -s 172.18.0.0/16 ! -o ${bridge} -j MASQUERADE`,
  `-t nat -A DOCKER -i ${bridge} -j RETURN`,
  `-t nat -A DOCKER ! -i ${bridge} -p tcp -m tcp --dport 80 -j DNAT --to-destination ${container}:8080`,
  '-N DOCKER',
  '-N DOCKER-USER',
  '-A FORWARD -j DOCKER-USER',
  `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  `-A FORWARD -o ${bridge} -j DOCKER`,
  `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
  `-A DOCKER -d ${container}/32 ! -i ${bridge} -o ${bridge} -p tcp -m tcp --dport 8080 -j ACCEPT`,
  '-A DOCKER-USER -j RETURN',
];

const limits = { ...usualLimits, services: { web: ['tcp/80'], sip: ['udp/5060-5061'] } };
const ipsetLimits = { ...limits, backend: 'ipset', ipset: { prefix: 'dialgate' } };

describe.skipIf(whyNot(ownIpsets) !== undefined)('a port that Docker publishes', () => {
  let hosts: TwoHosts;
  let inContainer: Namespace;
  let server: Agent;
  let home: HelperHome;
  let helper: HelperProcess | undefined;
  let client: HelperClient | undefined;
  let guest: Address;
  const iptables = (words: string): string => hosts.inside.run('iptables', ...words.split(' '));

  beforeEach(async () => {
    hosts = new TwoHosts();
    await hosts.listen();
    inContainer = makeNamespace();
    const bridge = joinNamespaces(hosts.inside, '172.18.0.1/16', inContainer, `${container}/16`);
    inContainer.run('ip', 'route', 'add', 'default', 'via', '172.18.0.1');
    hosts.inside.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    server = new Agent(inContainer);
    server.tell('listen', 8080);
    expect(await server.says('up 8080', 15_000)).toBe(true);
    for (const rule of rulesFor(bridge)) iptables(rule);
    home = await makeHome();
    guest = hosts.newcomer();
  });
  afterEach(async () => {
    client?.stop();
    await helper?.end();
    server.end();
    inContainer.remove();
    hosts.remove();
    home.remove();
  });

  async function letIn(its: object): Promise<void> {
    home.configure(its);
    helper = await HelperProcess.start(hosts.inside, home);
    client = new HelperClient({ socket: home.socket });
    await client.open({ address: guest, services: [{ service: 'web', seconds: 600 }] });
  }
  /** Whether the guest and a stranger come in. */
  const comeIn = async (): Promise<readonly [boolean, boolean]> => [
    (await hosts.connect(guest)) !== undefined,
    (await hosts.connect(hosts.newcomer())) !== undefined,
  ];

  async function isCutWhenClosed(): Promise<void> {
    const held = (await hosts.connect(guest)) ?? 'refused';
    expect(await hosts.echoes(held)).toBe(true);
    await client?.close(guest);
    expect(await hosts.falls(held)).toBe(true);
    expect(await hosts.connect(guest)).toBeUndefined();
  }

  it('passes INPUT by, and not the guard', async () => {
    await letIn(limits);
    expect(await comeIn()).toEqual([true, false]);
    const all = await adviceIn(hosts.inside, limits);
    expect(text(all)).not.toMatch(webIsLost);
    expect(text(all)).toMatch(/strangers are dropped at sip .* is final/);
    expect(text(all)).toMatch(/web \(tcp\/80\) is sent on to a container .*guard stands before/);
    expect(text(all)).toMatch(/Docker keeps rules on this host/);
    await isCutWhenClosed();
    await client?.open({ address: guest, services: [{ service: 'web', seconds: 600 }] });
    iptables('-t raw -A PREROUTING -p tcp --dport 80 -j DROP');
    expect(await comeIn()).toEqual([false, false]);
    expect(text(await adviceIn(hosts.inside, limits))).toMatch(webIsLost);
  });

  it('passes by rules in INPUT that ask ipsets; those in DOCKER-USER it does not', async () => {
    await letIn(ipsetLimits);
    iptables('-A INPUT -p tcp --dport 80 -m set --match-set dialgate_web4 src -j ACCEPT');
    iptables('-A INPUT -p udp --dport 5060:5061 -m set --match-set dialgate_sip4 src -j ACCEPT');
    expect(await comeIn()).toEqual([true, true]);
    const all = await adviceIn(hosts.inside, ipsetLimits);
    expect(all).toContainEqual({
      level: 'warn',
      what: expect.stringMatching(/^web \(tcp\/80\) is sent on .* turn nobody away from it/),
      mend: expect.stringMatching(/DOCKER-USER/),
    });
    expect(levels(all)).not.toContain('bad');
    // as docs/firewalls.md has it: the port is the container's there
    iptables(
      `-I DOCKER-USER -i ${hosts.device} -p tcp --dport 8080 -m conntrack --ctstate NEW -m set ! --match-set dialgate_web4 src -j DROP`,
    );
    expect(await comeIn()).toEqual([true, false]);
    await isCutWhenClosed();
  });

  it('is told in rules of nftables, too', async () => {
    hosts.inside.run('nft', 'flush ruleset');
    hosts.inside.run(
      'nft',
      `table ip own {
        chain pre { type nat hook prerouting priority -100
          ip daddr ${serverAddress} tcp dport 80 dnat to ${container}:8080
        }
        chain input { type filter hook input priority 0; policy drop; }
      }`,
    );
    await letIn(limits);
    expect(await comeIn()).toEqual([true, false]);
    const all = await adviceIn(hosts.inside, limits);
    expect(text(all)).not.toMatch(webIsLost);
    expect(text(all)).toMatch(/web \(tcp\/80\) is sent on to a container/);
    expect(text(all)).toMatch(/table ip own: strangers are dropped at sip/);
  });
});
