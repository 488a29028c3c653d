import type { PortRange } from '../../helper/config/ports.ts';
import { complementOf, highest, type Span } from './spans.ts';
import type { Doing, FilterRule } from './packet-filter.ts';

const both = ['tcp', 'udp'] as const;

interface Option {
  readonly name: string;
  readonly values: readonly string[];
  /** What it asks for must not be so. */
  readonly not: boolean;
}

/** `! -s 192.0.2.1/32 -p tcp` has two. */
function optionsOf(words: readonly string[]): Option[] {
  const options: { name: string; values: string[]; not: boolean }[] = [];
  let not = false;
  for (const word of words) {
    if (word === '!') not = true;
    else if (word.startsWith('-')) {
      options.push({ name: word, values: [], not });
      not = false;
    } else options.at(-1)?.values.push(word);
  }
  return options;
}

/** Options that ask for nothing that a stranger has not. */
const idle = new Set([
  '--comment',
  '--reject-with',
  '--log-prefix',
  '--log-level',
  '--limit-burst',
  '--to-destination',
  '--persistent',
  '--random',
]);
/** Matches whose conditions are in their options, below. */
const known = /^(tcp|udp|multiport|comment|conntrack|state|limit|addrtype|set|iprange)$/;

/** Whether a stranger's first packet need not be so; ports and interfaces apart. */
function isCondition({ name, values, not }: Option): boolean {
  const [value = ''] = values;
  const listed = value.split(',');
  switch (name) {
    case '-m':
      return !known.test(value);
    // a stranger comes from none of the places that somebody has named
    case '-s':
    case '--src-range':
    case '--match-set':
      return !not;
    // whatever comes to this host is for a local address
    case '--dst-type':
      return listed.includes('LOCAL') === not;
    case '--ctstate':
    case '--state':
      return listed.includes('NEW') === not;
    case '--tcp-flags':
      return not || values.join(' ') !== 'FIN,SYN,RST,ACK SYN';
    default:
      return !idle.has(name);
  }
}

/** What follows `-A CHAIN` in a rule; undefined where it decides nothing (LOG, counters). */
export function ruleOf(words: readonly string[]): FilterRule | undefined {
  let protocols: readonly PortRange['protocol'][] | undefined;
  let spans: readonly Span[] | undefined;
  let conditional = false;
  let doing: Doing | undefined;
  let inside = false;
  let addressed = false;
  let limited = false;
  for (const option of optionsOf(words)) {
    const { name, values, not } = option;
    const [value = ''] = values;
    if (name === '-p') protocols = both.filter((one) => (one === value) !== not);
    else if (name === '--dport' || name === '--dports') spans = spansOf(value.split(','), not);
    else if (name === '-j') doing = doingOf(value, 'jump');
    else if (name === '-g') doing = doingOf(value, 'goto');
    else if (name === '-i') [conditional, inside] = [conditional || isLoopback(option), !not];
    else if (name === '-d') [conditional, addressed] = [conditional || not, !not];
    else if (name === '--limit') limited = true;
    else conditional ||= isCondition(option);
  }
  if (!doing) return undefined;
  // what an inner network may do or is spared says nothing of strangers, a rule for a port of an interface does
  const spared = doing.kind === 'accept' || doing.kind === 'return';
  const inner = inside && spans === undefined && spared;
  // what is sent on came for one of our addresses; else we cannot tell which it is
  const elsewhere = addressed && doing.kind !== 'divert';
  const rare = limited && doing.kind === 'drop';
  return {
    ports: protocols && portsOf(protocols, spans),
    conditional: conditional || inner || elsewhere || rare,
    doing,
  };
}

const isLoopback = ({ values, not }: Option): boolean => values[0] === 'lo' && !not;

function doingOf(target: string, how: 'jump' | 'goto'): Doing | undefined {
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    case 'DNAT':
      return { kind: 'divert' };
    default:
      // a target that is no chain (LOG, CT) is not found, and so decides nothing
      return { kind: how, chain: target };
  }
}

/** Of `80` and `8000:8010`. */
function spansOf(texts: readonly string[], not: boolean): Span[] {
  const spans = texts.map((text): Span => {
    const [first = '', last = first] = text.split(':');
    return [Number(first), Number(last)];
  });
  return not ? complementOf(spans) : spans;
}

function portsOf(
  protocols: readonly PortRange['protocol'][],
  spans: readonly Span[] = [[0, highest]],
): PortRange[] {
  return protocols.flatMap((protocol) => spans.map(([first, last]) => ({ protocol, first, last })));
}
