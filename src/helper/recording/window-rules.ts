import type { HelperConfig } from '../config/config.ts';
import { trustedRules } from '../guard/trusted-rules.ts';
import { timeText } from '../nft/element-lines.ts';

/** Recordings at once. */
export const slots = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export type Slot = (typeof slots)[number];

/** A recording has a table of its own: a flood of one fills no other, and without one the guard is as small as ever. */
export const windowTable = (table: string, slot: Slot): string => `${table}_window${slot}`;

/** Who came to a wanted port, with the port. */
export const cameSets = ['came4', 'came6'] as const;
/** Whose network tried a decoy: /24 of IPv4, /48 of IPv6, so that many addresses together count as well. */
export const straySets = ['stray4', 'stray6'] as const;
/** Not empty once anybody could not be noted. */
export const fullSet = 'full';

/** Longer than a window and the time in which it may still be read. Seconds. */
const noted = 150;

/**
 * One line for NftShell, thus one transaction, which replaces whatever the table held.
 *
 * - After the guard (−155): what belongs to a service never comes here.
 * - The ports have timeouts: the window ends by itself, whoever is dead.
 * - What comes to a wanted port is noted and dropped. What comes to a decoy is noted
 *   and goes on: a socket that was opened there since (a call's sound) must not suffer.
 * - A full set ends the rule that would add to it, so nothing else stands in that rule,
 *   and whoever is not in the set afterwards is what `full` tells of.
 * - The sets' sizes bound the kernel's memory, to some 2 MB for a recording.
 * - Connections that stand go on, although a port chosen by chance may be theirs: one
 *   that is translated has no socket here. A packet that was dropped makes none.
 */
export function windowLine(
  config: HelperConfig,
  slot: Slot,
  ports: { readonly wanted: readonly number[]; readonly decoys: readonly number[] },
  seconds: number,
): string {
  const table = windowTable(config.table, slot);
  const lasting = `flags dynamic,timeout; timeout ${noted}s; gc-interval 5s;`;
  const portSet = (name: string, list: readonly number[]): string => {
    const timed = list.map((port) => `${port} timeout ${timeText(seconds)}`).join(', ');
    const elements = list.length > 0 ? ` elements = { ${timed} };` : '';
    return `set ${name} { type inet_service; flags timeout; size 256;${elements} }`;
  };
  const lines = `
  ${portSet('wanted', ports.wanted)}
  ${portSet('decoys', ports.decoys)}
  set came4 { type ipv4_addr . inet_service; ${lasting} counter; size 4096; }
  set came6 { type ipv6_addr . inet_service; ${lasting} counter; size 4096; }
  set stray4 { type ipv4_addr; ${lasting} size 1024; }
  set stray6 { type ipv6_addr; ${lasting} size 1024; }
  set ${fullSet} { type inet_service; ${lasting} size 256; }
  chain came {
${note('add', 'ip saddr . th dport', 'came4')}
${note('add', 'ip6 saddr . th dport', 'came6')}
    drop
  }
  chain strayed {
${note('update', 'ip saddr & 255.255.255.0', 'stray4')}
${note('update', 'ip6 saddr & ffff:ffff:ffff::', 'stray6')}
  }
  chain arriving {
    type filter hook prerouting priority -154; policy accept;
    iif lo accept
    meta l4proto != { tcp, udp } accept
    fib daddr type != local accept
    ct state established,related accept
${trustedRules(config.trusted, 'saddr')}    th dport @wanted goto came
    th dport @decoys goto strayed
  }`;
  return `${endLine(config.table, slot)}; table inet ${table} {${lines.replaceAll('\n', '; ')}; }`;
}

/** Takes ports from a window's decoys; refused where the table is gone. What has timed out is put there first. */
export function withdrawLine(guard: string, slot: Slot, ports: readonly number[]): string {
  const on = `element inet ${windowTable(guard, slot)} decoys`;
  const timed = ports.map((port) => `${port} timeout 1s`).join(', ');
  return `add ${on} { ${timed} }; delete ${on} { ${ports.join(', ')} }`;
}

/** A delete of what is not there fails, so it is put there first. */
export function endLine(guard: string, slot: Slot): string {
  const table = windowTable(guard, slot);
  return `add table inet ${table}; delete table inet ${table}`;
}

const note = (verb: 'add' | 'update', key: string, set: string): string =>
  `    ${verb} @${set} { ${key} }\n    ${key} != @${set} update @${fullSet} { th dport }`;
