import type { Cidr } from './cidr.ts';
import type { HelperConfig } from './config.ts';
import { portKey } from './ports.ts';

/**
 * How long an address is remembered after its opening has ended: for that long
 * it gets in by its elements alone, even where the PBX sends first. Seconds.
 */
export const memory = 24 * 3600;

export const openSet = (service: string): string => `open4_${service}`;
export const visitedSet = 'visited4';

/**
 * The kernel's own cap on a set stands a little above the helper's: closing is
 * add-then-delete, which wants a slot, and ended elements keep theirs for a second.
 */
const spareSlots = 64;

/** Room for a day's comings and goings, not only for those open at once. */
const visitedSize = (mostAddresses: number): number => Math.max(65_536, 8 * mostAddresses);

/**
 * The guard, as one transaction that replaces whatever the table held.
 *
 * - Prerouting −155: after conntrack (−200), before DNAT (−100), so that ports
 *   which a container engine publishes are guarded too.
 * - What the server began itself is let back in, except from visitors: their
 *   elements alone count, so that closing cuts at once and a packet that the PBX
 *   sends first does not let them in again.
 * - Lists that come from the configuration are anonymous, so that nobody can
 *   alter them without altering a rule, which is noticed.
 * - Leaving packets to a visitor whose leave has ended are answered with a reset
 *   to our own socket: otherwise the server would go on sending, and keep the
 *   socket until its retransmissions end (about 15 minutes).
 */
export function rulesetOf(config: HelperConfig): string {
  const { table, services, trusted, mostAddresses } = config;
  const setSize = mostAddresses + spareSlots;
  const vmap = (chain: string): string =>
    services
      .flatMap(({ name, ports }) => ports.map((port) => `${portKey(port)} : jump ${chain}_${name}`))
      .join(', ');
  const sets = services.map(
    ({ name }) => `
  set ${openSet(name)} { type ipv4_addr; flags timeout; counter; size ${setSize}; }
  set open6_${name} { type ipv6_addr; flags timeout; counter; size ${setSize}; }`,
  );
  const gates = services.map(
    ({ name }) => `
  chain gate_${name} {
    ip saddr @${openSet(name)} accept
    ip6 saddr @open6_${name} accept
    goto strangers
  }
  chain way_${name} {
    ip daddr @${openSet(name)} accept
    ip6 daddr @open6_${name} accept
    goto cut
  }`,
  );
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  set ${visitedSet} { type ipv4_addr; flags timeout; size ${visitedSize(mostAddresses)}; }
  set visited6 { type ipv6_addr; flags timeout; size ${visitedSize(mostAddresses)}; }${sets.join('')}
  chain strangers {
    counter
    drop
  }
  chain cut {
    counter
    meta l4proto tcp reject with tcp reset
    drop
  }${gates.join('')}
  chain to_visitor {
${trustedRules(trusted, 'daddr')}    meta l4proto . th sport vmap { ${vmap('way')} }
  }
  chain arriving {
    type filter hook prerouting priority -155; policy accept;
    iif lo accept
    meta l4proto != { tcp, udp } accept
    fib daddr type != { local, broadcast, anycast, multicast } accept
    ct direction reply ip saddr != @${visitedSet} accept
    ct direction reply ip6 saddr != @visited6 accept
${trustedRules(trusted, 'saddr')}    meta l4proto . th dport vmap { ${vmap('gate')} }
  }
  chain leaving {
    type filter hook output priority 0; policy accept;
    oif lo accept
    meta l4proto != { tcp, udp } accept
    ip daddr @${visitedSet} goto to_visitor
    ip6 daddr @visited6 goto to_visitor
  }
}
`;
}

function trustedRules(trusted: readonly Cidr[], side: 'saddr' | 'daddr'): string {
  return ([4, 6] as const)
    .map((family) => ({
      family,
      texts: trusted.filter((n) => n.family === family).map((n) => n.text),
    }))
    .filter(({ texts }) => texts.length > 0)
    .map(
      ({ family, texts }) =>
        `    ${family === 4 ? 'ip' : 'ip6'} ${side} { ${texts.join(', ')} } accept\n`,
    )
    .join('');
}
