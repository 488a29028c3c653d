import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostOfNetwork, hostTarget, networkTarget, stand, standingFor } from '../entries.ts';
import type { Host } from '../hosts.ts';
import { startLoneHelper } from '../lone-helper.ts';
import { milliseconds } from '../times.ts';

/** What stands between the link and the end. */
export interface Way {
  readonly name: string;
  readonly kind: 'none' | 'tracked' | 'hosts' | 'networks' | 'iptables';
  /** 0 where it has none. */
  readonly entries: number;
  /** An address that the nth entry lets in. */
  readonly letIn: (n: number) => string;
}

export const servicePort = 5060;

export const noRules: Way = {
  name: 'no rules at all',
  kind: 'none',
  entries: 0,
  letIn: hostTarget,
};

export const waysWith = (entries: number): Way[] => [
  { name: 'guard, hosts', kind: 'hosts', entries, letIn: hostTarget },
  { name: 'guard, networks', kind: 'networks', entries, letIn: hostOfNetwork },
  { name: 'iptables', kind: 'iptables', entries, letIn: hostTarget },
];

/** As on any host whose firewall knows established connections. */
export const onlyTracked: Way = {
  name: 'no rules, connections tracked',
  kind: 'tracked',
  entries: 0,
  letIn: hostTarget,
};

type SetUp = (way: Way, server: Host, folder: string) => Promise<unknown>;

const setUps: Readonly<Record<Way['kind'], SetUp>> = {
  none: () => Promise.resolve(),
  tracked: (_way, server) => server.sh('nft', trackedRules),
  iptables: ({ entries }, server, folder) => {
    const file = join(folder, `iptables-${entries}`);
    writeFileSync(file, iptablesRules(entries));
    return server.sh('sh', '-c', 'exec iptables-restore < "$0"', file);
  },
  hosts: guard,
  networks: guard,
};

/** Puts the rules into the server's kernel; `folder` is for what they are read from. Gives back ms that it took. */
export const setUp = (way: Way, server: Host, folder: string): Promise<number> =>
  milliseconds(() => setUps[way.kind](way, server, folder));

const trackedRules = `table inet bench_tracked { chain arriving {
  type filter hook prerouting priority -155; ct state invalid drop; }; }`;

/** The chain that scripts keep: what is established, a rule for each host, and nobody else. */
function iptablesRules(entries: number): string {
  const hosts = Array.from(
    { length: entries },
    (_, n) => `-A INPUT -s ${hostTarget(n)}/32 -p udp --dport ${servicePort} -j ACCEPT\n`,
  );
  return `*filter
:INPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${hosts.join('')}-A INPUT -p udp --dport ${servicePort} -j DROP
COMMIT
`;
}

/** dialgate's own. The helper goes again, and its rules stay: an idle helper costs a packet nothing, but disturbs. */
async function guard({ kind, entries }: Way, server: Host): Promise<void> {
  const target = kind === 'hosts' ? hostTarget : networkTarget;
  const list = standingFor(
    Array.from({ length: entries }, (_, n) => target(n)),
    ['sip'],
  );
  const limits = { standing: { most: entries, widest4: 16, widest6: 32 } };
  const helper = await startLoneHelper(limits, undefined, server);
  try {
    await stand(helper, list);
  } finally {
    await helper.stop();
  }
}
