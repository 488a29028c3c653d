import type { PortSpan, Wanted } from '../reading.ts';
import { wordsOf } from './words.ts';

/** What a line of iptables says, as far as a whitelist goes. */
export type Rule =
  /** Lets these sources in. */
  | { readonly kind: 'accept'; readonly sources: readonly string[]; readonly wanted: Wanted }
  /** Means to let somebody in, and cannot be carried over; `why` follows on "the rule". */
  | { readonly kind: 'unfit'; readonly why: string }
  /** No business of a whitelist. */
  | { readonly kind: 'other'; readonly why: string };

const other = (why: string): Rule => ({ kind: 'other', why });
const unfit = (why: string): Rule => ({ kind: 'unfit', why });

/** Options that say nothing on their own: the words after them are read, too. */
const harmless = new Set(['-w', '--wait', '-v', '--verbose']);
const matches = new Set(['tcp', 'udp', 'multiport', 'state', 'conntrack', 'comment']);
/** Where a line of a script goes on with something else. */
const ending = /^(&&|\|\||[;|>&].*|[0-9]>.*)$/;
const notAlone = 'shares its line with another command: give it a line of its own';

/** Reads `iptables -A INPUT …` of a script and `-A INPUT …` of a saved ruleset; undefined for any other line. */
export function readRule(line: string): Rule | undefined {
  const bare = line.replace(/^\s*\[[0-9]+:[0-9]+\]\s*/, '');
  if (!/^\s*(-[AI]\s|--(append|insert)\s|\S*ip6?tables\s)/.test(bare)) {
    // behind "sudo" or "then" it lets somebody in all the same
    const isHidden = /\sip6?tables\s/.test(bare) && /\sACCEPT\b/.test(bare);
    return isHidden ? unfit(notAlone) : undefined;
  }
  if (/[$`]/.test(bare)) return unfit('uses a variable of its script');
  const words = wordsOf(bare);
  if (!words) return unfit('has a quote without an end');
  if (/ip6?tables$/.test(words[0] ?? '')) words.shift();
  return judged(said(words));
}

/** What the options say, and the first thing that no entry can. */
interface Said {
  readonly options: ReadonlyMap<string, string>;
  readonly fault: string | undefined;
}

function said(words: string[]): Said {
  const options = new Map<string, string>();
  let fault: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (harmless.has(word)) continue;
    if (ending.test(word)) {
      if (words.some((later) => /ip6?tables$/.test(later))) fault ??= notAlone;
      break;
    }
    const option = names.get(word);
    if (option === undefined) {
      fault ??=
        word === '!'
          ? 'says what is not meant (!)'
          : `has a condition that no entry can carry: ${word}`;
      continue;
    }
    if (option === 'insert' && /^[0-9]+$/.test(words[1] ?? '')) words.splice(1, 1);
    if (words[0] === '!') {
      fault ??= 'says what is not meant (!)';
      words.shift();
    }
    let value = words.shift();
    if (value === undefined) fault ??= `ends after ${word}`;
    else if (option !== 'comment' && value.endsWith(';')) {
      fault ??= notAlone;
      value = value.slice(0, -1);
    }
    if (option === 'match' && value !== undefined && !matches.has(value)) {
      fault ??= `has a condition that no entry can carry: -m ${value}`;
    }
    options.set(option === 'insert' ? 'append' : option, value ?? '');
  }
  return { options, fault };
}

const names: ReadonlyMap<string, string> = new Map([
  ['-A', 'append'],
  ['--append', 'append'],
  ['-I', 'insert'],
  ['--insert', 'insert'],
  ['-t', 'table'],
  ['--table', 'table'],
  ['-s', 'source'],
  ['--src', 'source'],
  ['--source', 'source'],
  ['-p', 'protocol'],
  ['--proto', 'protocol'],
  ['--protocol', 'protocol'],
  ['-m', 'match'],
  ['--match', 'match'],
  ['--dport', 'ports'],
  ['--dports', 'ports'],
  ['--destination-port', 'ports'],
  ['--destination-ports', 'ports'],
  ['-j', 'jump'],
  ['--jump', 'jump'],
  ['-i', 'interface'],
  ['--in-interface', 'interface'],
  ['-d', 'destination'],
  ['--dst', 'destination'],
  ['--destination', 'destination'],
  ['--state', 'state'],
  ['--ctstate', 'state'],
  ['--comment', 'comment'],
]);

function judged({ options, fault }: Said): Rule | undefined {
  if ((options.get('table') ?? 'filter') !== 'filter') return other('other tables');
  const chain = options.get('append');
  if (chain === undefined) return undefined;
  if (chain !== 'INPUT') return other('rules of other chains');
  const jump = options.get('jump') ?? '';
  if (jump !== 'ACCEPT' && (jump !== '' || fault === undefined)) {
    return other('rules that let nobody in');
  }
  if (fault !== undefined) return unfit(fault);
  const source = options.get('source');
  if (source === undefined) return other('rules for everybody');
  if (options.has('interface')) {
    return unfit(`holds for the interface ${options.get('interface')} alone`);
  }
  if (options.has('destination')) return unfit(`holds for ${options.get('destination')} alone`);
  const states = options.get('state')?.split(',');
  if (states && !states.includes('NEW'))
    return other('rules for connections that are there already');
  const wanted = wantedOf(options.get('protocol') ?? 'all', options.get('ports'));
  if (typeof wanted === 'string') return unfit(wanted);
  return { kind: 'accept', sources: source.split(','), wanted };
}

/** As iptables has it: the most that multiport takes. */
const mostPorts = 15;

/** What it lets in; a string says why that cannot be told. */
function wantedOf(protocol: string, ports: string | undefined): Wanted | string {
  if (/^(all|0)$/.test(protocol)) {
    return ports === undefined ? { kind: 'all' } : 'names ports without a protocol';
  }
  if (protocol !== 'tcp' && protocol !== 'udp') {
    return `is about ${protocol}, which the gate does not guard`;
  }
  if (ports === undefined) {
    return { kind: 'ports', ports: [{ protocol, first: 1, last: 65_535 }] };
  }
  const named = ports.split(',');
  if (named.length > mostPorts) return `names more than ${mostPorts} ports`;
  const spans = named.map((span) => spanOf(protocol, span));
  const good = spans.filter((span) => span !== undefined);
  return good.length === spans.length
    ? { kind: 'ports', ports: good }
    : `has ports that cannot be read: ${ports.slice(0, 40)}`;
}

/** As numbers, or as the names that iptables-save never writes and people do. */
const knownPorts: ReadonlyMap<string, number> = new Map([
  ['ssh', 22],
  ['http', 80],
  ['https', 443],
  ['sip', 5060],
  ['sips', 5061],
  ['iax', 4569],
  ['ftp', 21],
  ['tftp', 69],
]);

function spanOf(protocol: 'tcp' | 'udp', text: string): PortSpan | undefined {
  const [from = '', to = from, ...rest] = text.split(':');
  const first = portOf(from === '' ? '1' : from);
  const last = portOf(to === '' ? '65535' : to);
  if (rest.length > 0 || first === undefined || last === undefined) return undefined;
  return first <= last ? { protocol, first, last } : undefined;
}

function portOf(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : knownPorts.get(text);
  return port !== undefined && port >= 1 && port <= 65_535 ? port : undefined;
}
