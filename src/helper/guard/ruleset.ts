import type { AddressKind } from '../../firewall/wire-address.ts';
import type { HelperConfig } from '../config/config.ts';
import { portSpan, protocols } from '../config/ports.ts';
import { armedSet } from './armed-set.ts';
import { spareSlots } from '../spare-slots.ts';
import { lingerRules } from './linger.ts';
import { standingRules } from './standing-rules.ts';
import { freshSet, kinds, openSet, side, visitedSet, type SetOf } from './sets.ts';
import { trustedRules } from './trusted-rules.ts';

/**
 * How long an address is remembered after its opening has ended: for that long
 * it gets in by its elements alone, even where the PBX sends first. Seconds.
 */
export const memory = 24 * 3600;

/** As many as a sync may add and delete in one transaction. */
const spareFresh = 1024;

/** Room for a day's comings and goings, not only for those open at once. */
const visitedSize = (mostAddresses: number): number => Math.max(65_536, 8 * mostAddresses);

/**
 * The guard, as one transaction that replaces whatever the table held.
 *
 * - Prerouting −155: after conntrack (−200), before DNAT (−100), so that ports
 *   which a container engine publishes are guarded too.
 * - What is for other hosts is none of our business. That and `armed` are asked last,
 *   because each costs a look-up, which whoever is let in need not pay.
 * - What the server began itself is let back in, except from visitors: their
 *   elements alone count, so that closing cuts at once and a packet that the PBX
 *   sends first does not let them in again.
 * - Lists that come from the configuration are anonymous, so that nobody can
 *   alter them without altering a rule, which is noticed.
 * - Only of protocols that stand in `armed` is anybody turned away: of none where it is
 *   empty, and one with timeouts disarms by itself, whoever is dead.
 * - Leaving packets to a visitor whose leave has ended are answered with a reset
 *   to our own socket: otherwise the server would go on sending, and keep the
 *   socket until its retransmissions end (about 15 minutes).
 */
export function rulesetOf(config: HelperConfig): string {
  const { table, services, trusted, mostAddresses } = config;
  const standing = standingRules(config);
  const lingering = lingerRules(config);
  // a map for each protocol: one with both in its key would cost every packet half a microsecond more
  const byPort = (which: 'dport' | 'sport', chain: string): string =>
    protocols
      .map((protocol) => ({
        protocol,
        jumps: services.flatMap(({ name, ports }) =>
          ports
            .filter((port) => port.protocol === protocol)
            .map((port) => `${portSpan(port)} : jump ${chain}_${name}`),
        ),
      }))
      .filter(({ jumps }) => jumps.length > 0)
      .map(({ protocol, jumps }) => `    ${protocol} ${which} vmap { ${jumps.join(', ')} }\n`)
      .join('');
  const gates = services.map(
    ({ name }) => `
  chain gate_${name} {
${perKind((kind) => `${side(kind, 'saddr')} @${openSet(name)(kind)} goto in${kind}`)}
${standing.gate(name)}${lingering.gate(name)}    goto strangers
  }
  chain way_${name} {
${perKind((kind) => `${side(kind, 'daddr')} @${openSet(name)(kind)} accept`)}
${standing.way(name)}${lingering.way(name)}    goto cut
  }`,
  );
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  set ${armedSet} { type inet_proto; flags timeout; }
${sets(visitedSet, '', visitedSize(mostAddresses))}
${sets(freshSet, ' counter;', 2 * mostAddresses + spareFresh)}
${services.map(({ name }) => sets(openSet(name), ' counter;', mostAddresses + spareSlots)).join('\n')}
${standing.sets}${lingering.sets}  chain strangers {
    meta l4proto != @${armedSet} accept
    fib daddr type != { local, broadcast, anycast, multicast } accept
    counter
    drop
  }
  chain cut {
    meta l4proto != @${armedSet} accept
    counter
    meta l4proto tcp reject with tcp reset
    drop
  }
${kinds.map(letIn).join('\n')}${standing.chains}${gates.join('')}
  chain answers {
    ${noVisitor('4')}${standing.noReply(4)} accept
    ${noVisitor('6')} ${noVisitor('6net')}${standing.noReply(6)} accept
  }
  chain to_visitor {
${trustedRules(trusted, 'daddr')}${byPort('sport', 'way')}  }
  chain arriving {
    type filter hook prerouting priority -155; policy accept;
    iif lo accept
    ct direction reply jump answers
${trustedRules(trusted, 'saddr')}${byPort('dport', 'gate')}  }
  chain leaving {
    type filter hook output priority 0; policy accept;
    oif lo accept
${perKind((kind) => `${side(kind, 'daddr')} @${visitedSet(kind)} goto to_visitor`)}
${standing.leaving}  }
}
`;
}

const perKind = (rule: (kind: AddressKind) => string): string =>
  kinds.map((kind) => `    ${rule(kind)}`).join('\n');

function sets(name: SetOf, counter: string, size: number): string {
  return kinds
    .map((kind) => {
      const type = kind === '4' ? 'ipv4_addr' : 'ipv6_addr';
      return `  set ${name(kind)} { type ${type}; flags timeout;${counter} size ${size}; }`;
    })
    .join('\n');
}

const noVisitor = (kind: AddressKind): string => `${side(kind, 'saddr')} != @${visitedSet(kind)}`;

/** The look-up in the fresh set decides nothing: it counts. */
const letIn = (kind: AddressKind): string => `  chain in${kind} {
    ${side(kind, 'saddr')} @${freshSet(kind)}
    accept
  }`;
