import type { PortRange } from '../../helper/config/ports.ts';

/** What a rule does with a packet that it fits. */
export type Doing =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** Sends it on to another host, a container for one. */
  | { readonly kind: 'divert' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export interface FilterRule {
  /** The ports to which it applies; undefined means all. */
  readonly ports: readonly PortRange[] | undefined;
  /** It asks for more than a port: a source, a set, a rate. A stranger is not taken to fit it. */
  readonly conditional: boolean;
  readonly doing: Doing;
}

/** What is sent on to another host passes the first alone. */
export type Hook = 'prerouting' | 'input';

export interface FilterChain {
  readonly name: string;
  readonly rules: readonly FilterRule[];
  /** Where the kernel enters it; undefined for a chain that is only jumped to. */
  readonly base: { readonly hook: Hook; readonly policy: 'accept' | 'drop' } | undefined;
}

/** A table of any firewall, with the chains that see packets for this host. */
export interface PacketFilter {
  /** As an administrator knows it: `nftables, table inet filter`. */
  readonly name: string;
  readonly kind: 'nft' | 'iptables';
  readonly family: 'ip4' | 'ip6' | 'both';
  readonly chains: ReadonlyMap<string, FilterChain>;
}

/** Where a stranger's first packet is dropped. */
export interface Dropped {
  readonly chain: string;
  readonly by: 'policy' | 'rule';
}

/** A jump deeper than this is a loop; the kernel refuses it as well. */
const deepest = 16;

/**
 * What becomes of a stranger's first packet to the ports; undefined when it passes. Ports are taken as one.
 * `diverted`: it is sent on to another host.
 */
export function dropOf(
  filter: PacketFilter,
  ports: PortRange,
  diverted = false,
): Dropped | undefined {
  for (const chain of filter.chains.values()) {
    if (!chain.base || (diverted && chain.base.hook === 'input')) continue;
    const verdict = through(filter, chain, ports, 0);
    if (verdict === 'drop') return { chain: chain.name, by: 'rule' };
    if (verdict === undefined && chain.base.policy === 'drop') {
      return { chain: chain.name, by: 'policy' };
    }
  }
  return undefined;
}

/** Whether a stranger's first packet to the ports is sent on to another host. */
export function diverts(filter: PacketFilter, ports: PortRange): boolean {
  const entrances = [...filter.chains.values()].filter(({ base }) => base?.hook === 'prerouting');
  return entrances.some((chain) => through(filter, chain, ports, 0) === 'divert');
}

function through(
  filter: PacketFilter,
  chain: FilterChain,
  ports: PortRange,
  depth: number,
): 'accept' | 'drop' | 'divert' | undefined {
  if (depth > deepest) return undefined;
  for (const rule of chain.rules) {
    if (rule.conditional || !fits(rule, ports)) continue;
    const { doing } = rule;
    if (doing.kind === 'return') return undefined;
    if (doing.kind !== 'jump' && doing.kind !== 'goto') return doing.kind;
    const next = filter.chains.get(doing.chain);
    const verdict = next && through(filter, next, ports, depth + 1);
    if (verdict !== undefined || doing.kind === 'goto') return verdict;
  }
  return undefined;
}

/** Whether the rule is about all of them: a range of which a part is let in is not let in. */
function fits({ ports, doing }: FilterRule, wanted: PortRange): boolean {
  if (ports === undefined) return true;
  return ports.some(
    ({ protocol, first, last }) =>
      protocol === wanted.protocol &&
      (doing.kind === 'drop'
        ? first <= wanted.last && wanted.first <= last
        : first <= wanted.first && wanted.last <= last),
  );
}
