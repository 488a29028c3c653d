import type { PortRange } from '../../helper/config/ports.ts';
import type { Doing, FilterChain, FilterRule, PacketFilter } from './packet-filter.ts';
import { portsIn, type Ports, type Sets } from './nft-ports.ts';

/** JSON as nft writes it: libnftables-json(5). What is not as expected counts as a condition. */
export type Json = Readonly<Record<string, unknown>>;

export const objectAt = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
const textAt = (value: unknown, key: string): string => {
  const found = objectAt(value, key);
  return typeof found === 'string' ? found : '';
};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface Growing {
  readonly name: string;
  readonly base: FilterChain['base'];
  readonly rules: FilterRule[];
}

/** Reads what `nft -j list ruleset` prints. @throws SyntaxError when it is no JSON. */
export function readNftRuleset(text: string): PacketFilter[] {
  const all = listOf(objectAt(JSON.parse(text), 'nftables'));
  const tables = new Map<string, Map<string, Growing>>();
  const sets = new Map<string, unknown>();
  for (const one of all) {
    const set = objectAt(one, 'set');
    if (set) sets.set(`${tableOf(set)} @${textAt(set, 'name')}`, objectAt(set, 'elem'));
    const chain = objectAt(one, 'chain');
    if (chain) chainsOf(tables, chain).set(textAt(chain, 'name'), chainOf(chain));
  }
  for (const one of all) {
    const rule = objectAt(one, 'rule');
    const chain = tables.get(tableOf(rule))?.get(textAt(rule, 'chain'));
    if (!chain) continue;
    const ofTable: Sets = (name) => sets.get(`${tableOf(rule)} ${name}`);
    chain.rules.push(...rulesOf(listOf(objectAt(rule, 'expr')), ofTable));
  }
  return [...tables].map(([table, chains]) => ({
    name: `nftables, table ${table}`,
    kind: 'nft',
    family: familyOf(table),
    chains,
  }));
}

const familyOf = (table: string): PacketFilter['family'] => {
  if (table.startsWith('ip ')) return 'ip4';
  return table.startsWith('ip6 ') ? 'ip6' : 'both';
};

const tableOf = (value: unknown): string => `${textAt(value, 'family')} ${textAt(value, 'table')}`;

function chainsOf(tables: Map<string, Map<string, Growing>>, chain: unknown): Map<string, Growing> {
  const table = tableOf(chain);
  const chains = tables.get(table) ?? new Map<string, Growing>();
  tables.set(table, chains);
  return chains;
}

function chainOf(chain: unknown): Growing {
  const hook = textAt(chain, 'hook');
  const policy = textAt(chain, 'policy') === 'drop' ? 'drop' : 'accept';
  return {
    name: textAt(chain, 'name'),
    base: hook === 'input' || hook === 'prerouting' ? { hook, policy } : undefined,
    rules: [],
  };
}

/** One, or one for each verdict of a map; none where nothing is decided. */
function rulesOf(statements: readonly unknown[], sets: Sets): FilterRule[] {
  let ports: Ports;
  let conditional = false;
  let limited = false;
  let inside = false;
  let addressed = false;
  const rules: FilterRule[] = [];
  for (const statement of statements) {
    const match = objectAt(statement, 'match');
    const map = objectAt(statement, 'vmap');
    if (match) {
      const fit = matchOf(match, sets);
      if (fit === 'condition') conditional = true;
      else if (fit === 'interface') inside = true;
      else if (fit === 'address') addressed = true;
      else if (fit !== 'always') ports = both(ports, fit);
    } else if (map) rules.push(...mapped(map, conditional, sets));
    else if (objectAt(statement, 'limit')) limited = true;
    else if (objectAt(statement, 'xt') !== undefined) conditional = true;
    const doing = doingOf(statement);
    if (doing) {
      // what an inner network may do or is spared says nothing of strangers
      const spared = doing.kind === 'accept' || doing.kind === 'return';
      const inner = inside && ports === undefined && spared;
      const rare = limited && doing.kind === 'drop';
      // what is sent on came for one of our addresses; else we cannot tell which it is
      const elsewhere = addressed && doing.kind !== 'divert';
      rules.push({ ports, doing, conditional: conditional || inner || rare || elsewhere });
    }
  }
  return rules;
}

/** `meta l4proto tcp th dport 22` is about one protocol. */
const both = (before: Ports, ports: readonly PortRange[]): readonly PortRange[] =>
  ports.filter((port) => !before || before.some(({ protocol }) => protocol === port.protocol));

type Fit = readonly PortRange[] | 'always' | 'condition' | 'interface' | 'address';

/** Whether a stranger's first packet fits, and if so to which ports. */
function matchOf(match: unknown, sets: Sets): Fit {
  const left = objectAt(match, 'left');
  const right = objectAt(match, 'right');
  const positive = ['==', 'in'].includes(textAt(match, 'op'));
  const key = textAt(objectAt(left, 'meta'), 'key');
  const field = textAt(objectAt(left, 'payload'), 'field');
  if (textAt(objectAt(left, 'ct'), 'key') === 'state') {
    return listed(right).includes('new') === positive ? 'always' : 'condition';
  }
  if (field === 'dport') {
    return portsIn(textAt(objectAt(left, 'payload'), 'protocol'), [right], sets, !positive);
  }
  // a stranger comes from none of the places that somebody has named
  if (!positive) return key.startsWith('iif') || field === 'saddr' ? 'always' : 'condition';
  if (key === 'l4proto' || field === 'protocol' || field === 'nexthdr') {
    return portsIn('both', [{ range: [0, 65_535] }], sets).filter(({ protocol }) =>
      listed(right).includes(protocol),
    );
  }
  if (key === 'nfproto') return 'always';
  // whatever comes to this host is for a local address
  if (textAt(objectAt(left, 'fib'), 'result') === 'type')
    return right === 'local' ? 'always' : 'condition';
  if (key.startsWith('iif')) return right === 'lo' ? 'condition' : 'interface';
  return field === 'daddr' ? 'address' : 'condition';
}

const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : listOf(objectAt(value, 'set') ?? [value]);

/** Verdict maps by connection state or by port; others are conditions. */
function mapped(map: unknown, conditional: boolean, sets: Sets): FilterRule[] {
  const key = objectAt(map, 'key');
  const pairs = listOf(objectAt(objectAt(map, 'data'), 'set')).map(listOf);
  const byState = textAt(objectAt(key, 'ct'), 'key') === 'state';
  const protocol = textAt(objectAt(key, 'payload'), 'protocol');
  const byPort = textAt(objectAt(key, 'payload'), 'field') === 'dport';
  return pairs.flatMap(([value, verdict]): FilterRule[] => {
    const doing = doingOf(verdict);
    if (!doing) return [];
    if (byState) return value === 'new' ? [{ ports: undefined, conditional, doing }] : [];
    const ports = byPort ? portsIn(protocol, [value], sets) : undefined;
    return [{ ports, conditional: conditional || !byPort, doing }];
  });
}

function doingOf(statement: unknown): Doing | undefined {
  if (typeof statement !== 'object' || statement === null) return undefined;
  for (const kind of ['accept', 'drop', 'return'] as const) if (kind in statement) return { kind };
  if ('reject' in statement) return { kind: 'drop' };
  if ('dnat' in statement) return { kind: 'divert' };
  for (const kind of ['jump', 'goto'] as const) {
    const target = objectAt(statement, kind);
    if (target) return { kind, chain: textAt(target, 'target') };
  }
  return undefined;
}
