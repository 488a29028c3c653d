import type { PortRange } from '../../helper/config/ports.ts';
import type { Doing, FilterChain, FilterRule, PacketFilter } from './packet-filter.ts';

/** The chains that see packets for this host, of each table. */
const entrances: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING'],
  mangle: ['PREROUTING', 'INPUT'],
  filter: ['INPUT'],
};

interface Growing {
  readonly name: string;
  readonly base: FilterChain['base'];
  readonly rules: FilterRule[];
}

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
        filters.push({ name: `${name}, table ${table}`, kind: 'iptables', chains });
    } else if (line.startsWith(':')) {
      const [chain = '', policy] = line.slice(1).split(' ');
      const entrance = entrances[table]?.includes(chain) ?? false;
      const base = entrance
        ? ({ policy: policy === 'DROP' ? 'drop' : 'accept' } as const)
        : undefined;
      chains.set(chain, { name: chain, base, rules: [] });
    } else if (line.startsWith('-A ')) {
      // what a comment says is no condition
      const [, chain = '', ...words] = line.replace(quoted, 'quoted').split(' ');
      const rule = ruleOf(words);
      if (rule) chains.get(chain)?.rules.push(rule);
    }
  }
  return filters;
}

/** Words that take a value and ask for nothing that a stranger has not. */
const idle = new Set([
  '--comment',
  '--reject-with',
  '--log-prefix',
  '--log-level',
  '--limit-burst',
]);

/** One rule; undefined where it decides nothing (LOG, counters). */
function ruleOf(words: readonly string[]): FilterRule | undefined {
  let protocol: string | undefined;
  let spans: string[] | undefined;
  let conditional = false;
  let doing: Doing | undefined;
  let inside = false;
  let limited = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (word === '!') conditional = true;
    else if (word === '-p') protocol = value;
    else if (word === '--dport' || word === '--dports') spans = value.split(',');
    else if (word === '-j') doing = doingOf(value, 'jump');
    else if (word === '-g') doing = doingOf(value, 'goto');
    else if (word === '-i') inside = true;
    // whatever comes to this host is for a local address
    else if (word === '--dst-type') conditional ||= value !== 'LOCAL';
    else if (word === '--limit') limited = true;
    else if (word === '--ctstate' || word === '--state')
      conditional ||= !value.split(',').includes('NEW');
    else if (word === '-m')
      conditional ||= !/^(tcp|udp|multiport|comment|conntrack|state|limit|addrtype)$/.test(value);
    else if (word.startsWith('-') && !idle.has(word)) conditional = true;
    if (word === '-i' && value === 'lo') conditional = true;
  }
  if (!doing) return undefined;
  const ports = protocol === undefined ? undefined : portsOf(protocol, spans);
  // an inner network's rule says nothing of strangers, one for a port of an interface does
  const inner = inside && spans === undefined && doing.kind === 'accept';
  conditional ||= inner || (limited && doing.kind === 'drop');
  return { ports, conditional, doing };
}

function doingOf(target: string, how: 'jump' | 'goto'): Doing | undefined {
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    default:
      // a target that is no chain (LOG, CT) is not found, and so decides nothing
      return { kind: how, chain: target };
  }
}

function portsOf(protocol: string, spans: readonly string[] | undefined): PortRange[] {
  if (protocol !== 'tcp' && protocol !== 'udp') return [];
  return (spans ?? ['0:65535']).map((span) => {
    const [first = '', last = first] = span.split(':');
    return { protocol, first: Number(first), last: Number(last) };
  });
}
