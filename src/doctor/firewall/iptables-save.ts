import { ruleOf } from './iptables-rule.ts';
import type { FilterChain, FilterRule, PacketFilter } from './packet-filter.ts';

/** The chains that see packets for this host, of each table. */
const entrances: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING'],
  mangle: ['PREROUTING', 'INPUT'],
  nat: ['PREROUTING'],
  filter: ['INPUT'],
};

interface Growing {
  readonly name: string;
  readonly base: FilterChain['base'];
  readonly rules: FilterRule[];
}

/** What a comment says is no condition. */
const quoted = /"(?:[^"\\]|\\.)*"/g;

/** Reads what `iptables-save` prints. */
export function readIptablesSave(text: string, name: string): PacketFilter[] {
  const filters: PacketFilter[] = [];
  let table = '';
  let chains = new Map<string, Growing>();
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      table = line.slice(1).trim();
      chains = new Map();
      if (table in entrances)
        filters.push({
          name: `${name}, table ${table}`,
          kind: 'iptables',
          family: name.startsWith('ip6') ? 'ip6' : 'ip4',
          chains,
        });
    } else if (line.startsWith(':')) {
      const [chain = '', policy] = line.slice(1).split(' ');
      const entrance = entrances[table]?.includes(chain) ?? false;
      const base = entrance
        ? ({
            hook: chain === 'INPUT' ? 'input' : 'prerouting',
            policy: policy === 'DROP' ? 'drop' : 'accept',
          } as const)
        : undefined;
      chains.set(chain, { name: chain, base, rules: [] });
    } else if (line.startsWith('-A ')) {
      const [, chain = '', ...words] = line.replace(quoted, 'quoted').split(' ');
      const rule = ruleOf(words);
      if (rule) chains.get(chain)?.rules.push(rule);
    }
  }
  return filters;
}
