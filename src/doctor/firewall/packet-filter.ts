import type { PortRange } from '../../helper/config/ports.ts';

/** What a rule does with a packet that it fits. */
export type Doing =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export interface FilterRule {
  /** The ports to which it applies; undefined means all. */
  readonly ports: readonly PortRange[] | undefined;
  /** It asks for more than a port: a source, a set, a rate. A stranger is not taken to fit it. */
  readonly conditional: boolean;
  readonly doing: Doing;
}

export interface FilterChain {
  readonly name: string;
  readonly rules: readonly FilterRule[];
  /** Where the kernel enters it; undefined for a chain that is only jumped to. */
  readonly base: { readonly policy: 'accept' | 'drop' } | undefined;
}

/** A table of any firewall, with the chains that see packets for this host. */
export interface PacketFilter {
  /** As an administrator knows it: `nftables, table inet filter`. */
  readonly name: string;
  readonly kind: 'nft' | 'iptables';
  readonly chains: ReadonlyMap<string, FilterChain>;
}

/** Where a stranger's first packet is dropped. */
export interface Dropped {
  readonly chain: string;
  readonly by: 'policy' | 'rule';
}

/** A jump deeper than this is a loop; the kernel refuses it as well. */
const deepest = 16;

/** What becomes of a stranger's first packet to the ports; undefined when it passes. Ports are taken as one. */
export function dropOf(filter: PacketFilter, ports: PortRange): Dropped | undefined {
  for (const chain of filter.chains.values()) {
    if (!chain.base) continue;
    const verdict = through(filter, chain, ports, 0);
    if (verdict === 'drop') return { chain: chain.name, by: 'rule' };
    if (verdict === undefined && chain.base.policy === 'drop') {
      return { chain: chain.name, by: 'policy' };
    }
  }
  return undefined;
}

function through(
  filter: PacketFilter,
  chain: FilterChain,
  ports: PortRange,
  depth: number,
): 'accept' | 'drop' | undefined {
  if (depth > deepest) return undefined;
  for (const rule of chain.rules) {
    if (rule.conditional || !fits(rule, ports)) continue;
    const { doing } = rule;
    if (doing.kind === 'return') return undefined;
    if (doing.kind === 'accept' || doing.kind === 'drop') return doing.kind;
    if (doing.kind !== 'jump' && doing.kind !== 'goto') continue;
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
