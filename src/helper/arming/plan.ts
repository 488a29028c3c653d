import type { HelperConfig } from '../config/config.ts';
import { portText } from '../config/ports.ts';
import type { Cut } from './cuts.ts';

export interface PlanFacts {
  readonly config: HelperConfig;
  /** How it stands, as a sentence. */
  readonly stands: string;
  readonly isOn: boolean;
  readonly openAddresses: number;
  readonly standingEntries: number;
  readonly cuts: readonly Cut[];
  /** What should be known besides. */
  readonly findings: readonly string[];
}

/** The guard in plain words, line by line. */
export function planWords(facts: PlanFacts): string[] {
  const { config, stands, isOn, cuts, openAddresses: open, standingEntries: standing } = facts;
  const are = isOn ? 'are' : 'would be';
  const trusted = config.trusted.map(({ text }) => `  ${text}`);
  return [
    stands,
    '',
    `Strangers ${are} turned away from these ports, without an answer:`,
    ...config.services.map(({ name, ports }) => `  ${name}: ${ports.map(portText).join(', ')}`),
    'All other ports, replies to what this host begins itself, and everything that is neither TCP nor UDP pass as before.',
    'A port that another firewall here turns away stays shut: the guard opens nothing.',
    '',
    ...(trusted.length > 0
      ? ['These networks always pass ("trusted" in helper.json):', ...trusted]
      : ['No network is trusted ("trusted" in helper.json): nobody passes without being let in.']),
    `Let in besides now: ${count(open, 'address', 'addresses')} by grants, ${count(standing, 'standing entry', 'standing entries')}.`,
    '',
    ...(cuts.length > 0
      ? [`Connections that ${are} cut:`, ...cutWords(cuts).map((line) => `  ${line}`)]
      : [`No TCP connection that is established now ${isOn ? 'is' : 'would be'} cut.`]),
    ...(facts.findings.length > 0 ? ['', ...facts.findings] : []),
  ];
}

/** So many are named; there may be thousands. */
const mostNamed = 20;

/** A line for each connection. */
export function cutWords(cuts: readonly Cut[]): string[] {
  const named = cuts
    .slice(0, mostNamed)
    .map(({ address, port, service }) => `from ${address} to port ${port} (${service})`);
  const more = cuts.length - named.length;
  return more > 0 ? [...named, `and ${more} more`] : named;
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
