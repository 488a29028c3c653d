import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { whyNoNamespaces } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, type HelperHome } from '../helper/process.ts';
import { TwoHosts } from '../helper/two-hosts.ts';
import { adviceIn, text, webIsLost } from './advice.ts';

const webPorts = '-p tcp -m multiport --dports 80,8000:8010';

/** Rules of iptables, and whether the guard can let anybody in beside them. */
const iptablesRules: readonly (readonly [comesIn: boolean, ...rules: string[]])[] = [
  [false, '-P INPUT DROP'],
  [true, `-A INPUT ${webPorts} -j ACCEPT`, '-P INPUT DROP'],
  [false, '-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset'],
  [false, '-A INPUT ! -s 198.51.100.0/24 -p tcp -j DROP'],
  [true, '-A INPUT -s 198.51.100.0/24 -p tcp -j DROP'],
  [false, '-A INPUT -s 198.51.100.0/24 -j ACCEPT', '-P INPUT DROP'],
  [false, '-A INPUT -p tcp ! --dport 22 -j DROP'],
  [false, '-A INPUT -p tcp -m multiport ! --dports 22,9000 -j DROP'],
  [true, `-A INPUT -p tcp -m multiport ! --dports 80,8000:8010 -j DROP`],
  [true, '-A INPUT ! -p tcp -j DROP'],
  [true, '-A INPUT -m conntrack --ctstate INVALID -j DROP'],
  [false, '-A INPUT -m conntrack --ctstate NEW -j DROP'],
  [false, '-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP'],
  [true, '-A INPUT -p tcp ! --syn -m conntrack --ctstate NEW -j DROP'],
  [false, '-A INPUT -p tcp --syn -j DROP'],
  [false, '-A INPUT ! -i lo -p tcp -j DROP'],
  [false, '-t raw -A PREROUTING -p tcp --dport 80 -j DROP'],
  [false, '-t mangle -A INPUT -p tcp --dport 80:90 -j DROP'],
  [true, '-A INPUT -m addrtype --dst-type LOCAL -p tcp -j ACCEPT', '-P INPUT DROP'],
  [false, '-A INPUT -m addrtype ! --dst-type MULTICAST -p tcp -j DROP'],
  [false, '-N deep', '-A deep -p tcp -j DROP', '-A INPUT -j deep'],
  [true, '-N deep', '-A deep -p tcp -j RETURN', '-A deep -j DROP', '-A INPUT -j deep'],
  [false, '-N deep', '-A deep -p udp -j RETURN', '-A INPUT -g deep', '-P INPUT DROP'],
  [true, '-A INPUT -p tcp -m limit --limit 9/sec --limit-burst 50 -j ACCEPT', '-P INPUT DROP'],
];

/** The same for chains of nftables. */
const nftRules: readonly (readonly [comesIn: boolean, rule: string])[] = [
  [false, 'tcp dport 80 drop'],
  [false, 'tcp dport != 22 drop'],
  [true, 'tcp dport != { 80, 8000-8010 } drop'],
  [false, 'ip saddr != 198.51.100.0/24 meta l4proto tcp drop'],
  [false, 'ip saddr != @friends meta l4proto tcp drop'],
  [true, 'ip saddr @friends drop'],
  [false, 'meta l4proto tcp ip saddr @friends accept; meta l4proto tcp reject'],
  [false, 'ct state new meta l4proto tcp drop'],
  [true, 'ct state invalid drop'],
  [false, 'ct state vmap { established : accept, new : drop }'],
  [false, 'tcp dport vmap { 22 : accept, 80 : drop }'],
  [true, 'tcp dport vmap { 22 : drop, 443 : drop }'],
  [true, 'fib daddr type local meta l4proto tcp accept; drop'],
  [false, 'meta l4proto { tcp, udp } th dport 80 drop'],
];

/** The doctor's word that a drop is final, and a packet's. */
describe.skipIf(whyNoNamespaces() !== undefined)('whoever the guard lets in stays out', () => {
  let hosts: TwoHosts;
  let home: HelperHome;
  let helper: HelperProcess;
  let client: HelperClient;
  let guest: Address;

  beforeAll(async () => {
    hosts = new TwoHosts();
    await hosts.listen();
    home = await makeHome();
    helper = await HelperProcess.start(hosts.inside, home);
    client = new HelperClient({ socket: home.socket });
    guest = hosts.newcomer();
    await client.open({ address: guest, services: [{ service: 'web', seconds: 3600 }] });
  });
  afterAll(async () => {
    client.stop();
    await helper.end();
    hosts.remove();
    home.remove();
  });

  async function agree(comesIn: boolean): Promise<void> {
    expect((await hosts.connect(guest)) !== undefined).toBe(comesIn);
    expect(webIsLost.test(text(await adviceIn(hosts.inside)))).toBe(!comesIn);
  }

  describe.each([
    ['iptables-nft', iptablesRules],
    // the words are the same: a few will do
    ['iptables-legacy', iptablesRules.slice(0, 6)],
  ] as const)('exactly when the doctor says so, by %s', (program, shapes) => {
    const iptables = (words: string): string => hosts.inside.run(program, ...words.split(' '));
    afterEach(() => {
      iptables('-P INPUT ACCEPT');
      for (const table of ['raw', 'mangle', 'filter']) {
        iptables(`-t ${table} -F`);
        iptables(`-t ${table} -X`);
      }
    });

    it.each(shapes.map(([comesIn, ...rules]) => ({ rules: rules.join('; '), comesIn })))(
      '$rules: comes in? $comesIn',
      async ({ rules, comesIn }) => {
        for (const rule of rules.split('; ')) iptables(rule);
        await agree(comesIn);
      },
    );
  });

  describe('exactly when the doctor says so, by nftables', () => {
    afterEach(() => void hosts.inside.run('nft', 'delete table ip own'));

    it.each(nftRules.map(([comesIn, rules]) => ({ rules, comesIn })))(
      '$rules: comes in? $comesIn',
      async ({ rules, comesIn }) => {
        const friends =
          'set friends { type ipv4_addr; flags interval; elements = { 198.51.100.0/24 }; }';
        const chain = `chain input { type filter hook input priority 0; ${rules}; }`;
        const table = `table ip own { ${friends}; ${chain}; }`;
        hosts.inside.run('nft', table.replaceAll('; ', '\n').replaceAll(' }', '\n}'));
        await agree(comesIn);
      },
    );
  });
});
