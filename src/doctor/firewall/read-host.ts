import type { Run } from '../program.ts';
import { note, warn, type Finding } from '../finding.ts';
import { readIptablesSave } from './iptables-save.ts';
import { readNftRuleset } from './nft-ruleset.ts';
import type { PacketFilter } from './packet-filter.ts';

/** The firewalls of this host, and what could not be looked at. */
export interface HostFilters {
  readonly filters: readonly PacketFilter[];
  readonly findings: readonly Finding[];
  /** All rules as text, to look for names in. */
  readonly text: string;
  /** Nothing could be looked at, so that nothing can be said of it. */
  readonly unseen: boolean;
}

const savers = [
  ['iptables-nft-save', 'iptables'],
  ['ip6tables-nft-save', 'ip6tables'],
  ['iptables-legacy-save', 'iptables-legacy'],
  ['ip6tables-legacy-save', 'ip6tables-legacy'],
] as const;

/** @param own the helper's table, left out with those beside it whose names begin so */
export async function readHost(run: Run, own: string): Promise<HostFilters> {
  const findings: Finding[] = [];
  const texts: string[] = [];
  const iptables: PacketFilter[] = [];
  for (const [program, name] of savers) {
    const said = await run(program);
    if (said.kind === 'done') {
      texts.push(said.output);
      iptables.push(...readIptablesSave(said.output, name));
    }
    if (said.kind === 'failed') findings.push(note(`${program} does not work here: ${said.why}.`));
  }
  const nft = await run('nft', '-j', 'list', 'ruleset');
  if (nft.kind !== 'done') {
    const why = nft.kind === 'absent' ? 'nft is not installed' : `nft does not work: ${nft.why}`;
    const mend = 'Install the package nftables, and run this as root.';
    return {
      filters: iptables,
      findings: [...findings, warn(`${why}.`, mend)],
      text: texts.join(),
      unseen: texts.length === 0,
    };
  }
  const seen = new Set(iptables.filter(({ name }) => !name.includes('legacy')).map(tableInNft));
  try {
    // what iptables-nft manages stands in nftables, too, where half of its matches cannot be read
    const native = readNftRuleset(nft.output).filter(
      ({ name }) => !seen.has(name) && !name.startsWith(`nftables, table inet ${own}`),
    );
    const filters = [...iptables, ...native];
    return { filters, findings, text: [...texts, nft.output].join(), unseen: false };
  } catch (error) {
    const what = `What nft lists cannot be read (${(error as Error).message}).`;
    findings.push(warn(what, 'Compare "nft list ruleset" with docs/firewalls.md yourself.'));
    return { filters: iptables, findings, text: texts.join(), unseen: texts.length === 0 };
  }
}

/** `iptables, table filter` is nftables' `ip filter`. */
function tableInNft({ name }: PacketFilter): string {
  const family = name.startsWith('ip6') ? 'ip6' : 'ip';
  return `nftables, table ${family} ${name.split(' ').at(-1)}`;
}
