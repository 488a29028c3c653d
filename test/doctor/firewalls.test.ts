import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { FirewalledHost, whyNoFirewalls } from '../fixtures/firewalls.ts';
import { ownIpsets, whyNot } from '../helper/hosts.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from '../helper/process.ts';
import { roamerAddress, serverAddress, TwoHosts } from '../helper/two-hosts.ts';
import { adviceIn, levels, text, webIsLost } from './advice.ts';

const ipsetLimits = { ...usualLimits, backend: 'ipset', ipset: { prefix: 'dialgate' } };
const services = [
  { service: 'web', seconds: 600 },
  { service: 'sip', seconds: 600 },
];

/** What the doctor says of a real firewall, and whether packets agree. */
describe.skipIf(whyNoFirewalls() !== undefined)(
  'beside a real firewall',
  { timeout: 90_000 },
  () => {
    let hosts: TwoHosts;
    let firewalled: FirewalledHost;
    let home: HelperHome;
    let helper: HelperProcess | undefined;
    let client: HelperClient | undefined;
    let guest: Address;

    beforeEach(async () => {
      hosts = new TwoHosts();
      await hosts.listen();
      firewalled = await FirewalledHost.on(hosts.inside);
      home = await makeHome();
      guest = hosts.newcomer();
    });
    afterEach(async () => {
      client?.stop();
      await helper?.end();
      await firewalled.remove();
      hosts.remove();
      home.remove();
    });

    /** A helper that has let the guest in. */
    async function letIn(limits: object = usualLimits): Promise<void> {
      home.configure(limits);
      helper = await HelperProcess.start(hosts.inside, home);
      client = new HelperClient({ socket: home.socket });
      await client.open({ address: guest, services });
    }
    const advice = (limits?: object): ReturnType<typeof adviceIn> => adviceIn(hosts.inside, limits);
    /** Whether the guest and a stranger come in. */
    const comeIn = async (): Promise<readonly [boolean, boolean]> => [
      (await hosts.connect(guest)) !== undefined,
      (await hosts.connect(hosts.newcomer())) !== undefined,
    ];

    it('ufw as it is after "ufw enable": its drop is final; once the ports pass, the guard fits', async () => {
      firewalled.enableUfw();
      await letIn();
      const all = await advice();
      expect(all[0]).toMatchObject({
        level: 'bad',
        what: expect.stringMatching(webIsLost),
        mend: expect.stringMatching(/Either let these ports through there/),
      });
      expect(text(all)).toMatch(/ufw keeps rules on this host/);
      expect(await comeIn()).toEqual([false, false]);
      firewalled.run('ufw', 'allow', 'proto', 'tcp', 'to', 'any', 'port', '80,8000:8010');
      firewalled.run('ufw', 'allow', '5060:5061/udp');
      expect(text(await advice())).toMatch(/The guard fits/);
      expect(text(await advice())).not.toMatch(/dropped/);
      expect(await comeIn()).toEqual([true, false]);
      firewalled.run('ufw', 'reload');
      expect(await comeIn()).toEqual([true, false]);
    });

    it.skipIf(whyNot(ownIpsets) !== undefined)(
      'ufw whose before.rules ask ipsets, as docs/firewalls.md has them',
      async () => {
        firewalled.enableUfw();
        firewalled.run('ufw', 'allow', '9000/tcp');
        hosts.roamer.tell('listen', 7000);
        expect(await hosts.roamer.says('up 7000', 15_000)).toBe(true);
        let asked = 0;
        /** What it lets in, and whether the host gets answers to what it asks itself. */
        const passes = async (): Promise<readonly [boolean, boolean]> => [
          (await hosts.connect(guest, 9000)) !== undefined,
          await hosts.pbx.connects(`q${++asked}`, serverAddress, roamerAddress, 7000),
        ];
        expect(await passes()).toEqual([true, true]);
        for (const [file, chain, family] of [
          ['before.rules', 'ufw', '4'],
          ['before6.rules', 'ufw6', '6'],
        ] as const) {
          const rules = [
            `-A ${chain}-before-input -p tcp -m multiport --dports 80,8000:8010 -m set --match-set dialgate_web${family} src -j ACCEPT`,
            `-A ${chain}-before-input -p udp --dport 5060:5061 -m set --match-set dialgate_sip${family} src -j ACCEPT`,
          ];
          firewalled.run('sed', '-i', `s/^COMMIT/${rules.join('\\n')}\\n&/`, `/etc/ufw/${file}`);
        }
        // as at a start before the helper has made the sets: none of the file is loaded
        firewalled.run('ufw', 'disable');
        expect(() => firewalled.run('ufw', '--force', 'enable')).toThrow(/dialgate_web4/);
        expect(await passes()).toEqual([true, false]);
        await letIn(ipsetLimits);
        firewalled.run('ufw', 'disable');
        firewalled.run('ufw', '--force', 'enable');
        expect(await passes()).toEqual([true, true]);
        const all = await advice(ipsetLimits);
        expect(text(all)).toMatch(/"ipset" fits/);
        expect(text(all)).toMatch(/The rules ask the sets of every service/);
        expect(levels(all)).not.toContain('bad');
        expect(await comeIn()).toEqual([true, false]);
      },
    );

    it('firewalld as it is when it starts: what it rejects is rejected; once the ports pass, the guard fits', async () => {
      await firewalled.startFirewalld();
      await letIn();
      const all = await advice();
      expect(all[0]).toMatchObject({
        level: 'bad',
        what: expect.stringMatching(webIsLost),
        mend: expect.stringMatching(/^Let these ports through there, .*firewall-cmd --permanent/),
      });
      expect(text(all)).toMatch(/firewalld keeps rules on this host/);
      expect(await comeIn()).toEqual([false, false]);
      const ports = ['80/tcp', '8000-8010/tcp', '5060-5061/udp'].map(
        (port) => `--add-port=${port}`,
      );
      firewalled.run('firewall-cmd', '--permanent', ...ports);
      firewalled.run('firewall-cmd', '--reload');
      expect(text(await advice())).toMatch(/The guard fits/);
      expect(text(await advice())).not.toMatch(/dropped/);
      expect(await comeIn()).toEqual([true, false]);
      // the guard's table is its own
      firewalled.run('firewall-cmd', '--reload');
      expect(await comeIn()).toEqual([true, false]);
    });
  },
);
