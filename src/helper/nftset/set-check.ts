import { runNft } from '../nft/nft-run.ts';
import {
  makeCommand,
  makeCommands,
  wantedSets,
  type SetSizes,
  type WantedSet,
} from './wanted-sets.ts';
import type { SetConfig } from './set-names.ts';

interface JsonSet {
  readonly name: string;
  readonly table: string;
  readonly handle: number;
  readonly type: string | readonly string[];
  readonly flags?: readonly string[];
  readonly stmt?: readonly object[];
}

interface JsonTable {
  readonly name: string;
  readonly handle: number;
}

interface JsonRuleset {
  readonly nftables: readonly { readonly table?: JsonTable; readonly set?: JsonSet }[];
}

/** What was found of one set. */
export interface Finding {
  readonly set: WantedSet;
  /** What keeps elements from standing there, with the command that mends it. */
  readonly fault: string | undefined;
  /** What works, but tells less than it could. */
  readonly hint: string | undefined;
  /** Another one when the set was made anew, and so is empty; undefined with a fault. */
  readonly birth: string | undefined;
}

/**
 * Looks whether the administrator's sets are there and can hold what we put in them.
 * By `list ruleset`: for `list table`, and even `list tables`, nft 1.0.6 reads all
 * elements, in spite of -t.
 *
 * @throws Error
 */
export async function checkSets(
  nft: string,
  config: SetConfig,
  sizes: SetSizes,
): Promise<Finding[]> {
  const { family, table } = config;
  const listing = await runNft(nft, ['-j', '-t', 'list', 'ruleset', family]);
  if (listing.status !== 0) throw new Error(`nft cannot list: ${listing.errors.trim()}`);
  const { nftables } = JSON.parse(listing.output) as JsonRuleset;
  const its = nftables.find((one) => one.table?.name === table)?.table;
  const wanted = wantedSets(config, sizes);
  if (!its) {
    const all = [`nft add table ${family} ${table}`, ...makeCommands(config, sizes)].join('; ');
    const fault = `There is no table ${family} ${table}. It is made by: ${all}`;
    return wanted.map((set) => ({ set, fault, hint: undefined, birth: undefined }));
  }
  const there = new Map(
    nftables.flatMap(({ set }) => (set?.table === table ? [[set.name, set] as const] : [])),
  );
  return wanted.map((set) => findingOf(config, set, its, there.get(set.name)));
}

function findingOf(
  config: SetConfig,
  set: WantedSet,
  table: JsonTable,
  there: JsonSet | undefined,
): Finding {
  const where = `${config.family} ${config.table} ${set.name}`;
  const command = makeCommand(config, set);
  if (!there) {
    const fault = `There is no set ${where}. It is made by: ${command}`;
    return { set, fault, hint: undefined, birth: undefined };
  }
  const wrong = faultOf(there, set);
  if (wrong !== undefined) {
    const fault = `The set ${where} ${wrong}. Delete it, with the rules that name it; it is made by: ${command}`;
    return { set, fault, hint: undefined, birth: undefined };
  }
  const counts = set.stands || there.stmt?.some((one) => 'counter' in one);
  const hint = counts
    ? undefined
    : `The set ${where} has no counter, so nobody can be told whether a packet has come. A set that counts is made by: ${command}`;
  return { set, fault: undefined, hint, birth: `${table.handle}.${there.handle}` };
}

function faultOf({ type, flags = [] }: JsonSet, wanted: WantedSet): string | undefined {
  const said = (one: string): string => one.replaceAll(',', ' . ');
  if (String(type) !== wanted.type) {
    return `is of type ${said(String(type))}, not ${said(wanted.type)}`;
  }
  if (!flags.includes('timeout')) return 'has not "flags timeout", so nothing in it would ever end';
  if (wanted.interval && !flags.includes('interval')) {
    return 'has not "flags interval", so no network can stand in it';
  }
  // user space reads all of an interval set for every change, and a host and its /64 would clash
  if (!wanted.interval && flags.includes('interval')) {
    return 'has "flags interval", which slows every change';
  }
  return undefined;
}
