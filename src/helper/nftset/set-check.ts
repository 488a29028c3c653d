import type { AddressKind } from '../../firewall/wire-address.ts';
import type { BackendConfig } from '../config/backend-config.ts';
import { runNft } from '../nft/nft-run.ts';

export type SetConfig = Extract<BackendConfig, { kind: 'set' }>;

interface JsonSet {
  readonly name: string;
  readonly type: string | readonly string[];
  readonly flags?: readonly string[];
  readonly stmt?: readonly object[];
}

export interface Findings {
  /** What keeps elements from standing there, each with the command that mends it. */
  readonly faults: readonly string[];
  /** What works, but tells less than it could. */
  readonly hints: readonly string[];
}

/**
 * Looks whether the administrator's sets are there and can hold what we put in them:
 * addresses of the right family, each with a timeout, by hash. @throws Error
 */
export async function checkSets(nft: string, config: SetConfig, size: number): Promise<Findings> {
  const { family, table } = config;
  const listing = await runNft(nft, ['-j', '-t', 'list', 'table', family, table]);
  if (/No such file or directory/.test(listing.errors)) {
    const commands = wantedSets(config).map((set) => makeCommand(config, set, size));
    const all = [`nft add table ${family} ${table}`, ...commands].join('; ');
    return { faults: [`There is no table ${family} ${table}. It is made by: ${all}`], hints: [] };
  }
  if (listing.status !== 0) {
    throw new Error(`nft cannot list ${family} ${table}: ${listing.errors.trim()}`);
  }
  const { nftables } = JSON.parse(listing.output) as { nftables: { set?: JsonSet }[] };
  const there = new Map(nftables.flatMap(({ set }) => (set ? [[set.name, set]] : [])));
  const faults: string[] = [];
  const hints: string[] = [];
  for (const wanted of wantedSets(config)) {
    const set = there.get(wanted.name);
    const where = `${family} ${table} ${wanted.name}`;
    const command = makeCommand(config, wanted, size);
    const wrong = set ? faultOf(set, wanted.kind) : undefined;
    if (!set) faults.push(`There is no set ${where}. It is made by: ${command}`);
    else if (wrong) {
      faults.push(
        `The set ${where} ${wrong}. Delete it, with the rules that name it; it is made by: ${command}`,
      );
    } else if (!set.stmt?.some((one) => 'counter' in one)) {
      hints.push(
        `The set ${where} has no counter, so nobody can be told whether a packet has come. A set that counts is made by: ${command}`,
      );
    }
  }
  return { faults, hints };
}

function faultOf({ type, flags = [] }: JsonSet, kind: AddressKind): string | undefined {
  if (type !== typeOf(kind)) return `is of type ${String(type)}, not ${typeOf(kind)}`;
  if (!flags.includes('timeout')) return 'has not "flags timeout", so nothing in it would ever end';
  // user space reads all of an interval set for every change, and a host and its /64 would clash
  if (flags.includes('interval')) return 'has "flags interval", which slows every change';
  return undefined;
}

interface WantedSet {
  readonly name: string;
  readonly kind: AddressKind;
}

function wantedSets({ sets }: SetConfig): WantedSet[] {
  return [...sets.values()].flatMap((names) =>
    (['4', '6', '6net'] as const).flatMap((kind) => {
      const name = names[kind];
      return name === undefined ? [] : [{ name, kind }];
    }),
  );
}

const typeOf = (kind: AddressKind): string => (kind === '4' ? 'ipv4_addr' : 'ipv6_addr');

function makeCommand(
  { family, table }: SetConfig,
  { name, kind }: WantedSet,
  size: number,
): string {
  const shape = `{ type ${typeOf(kind)}; flags timeout; counter; size ${size}; }`;
  return `nft 'add set ${family} ${table} ${name} ${shape}'`;
}

/** The commands that make all the sets that the configuration names. */
export function makeCommands(config: SetConfig, size: number): string[] {
  return wantedSets(config).map((set) => makeCommand(config, set, size));
}
