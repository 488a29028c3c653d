import { ownTables } from '../guard/guard-tables.ts';
import { findProgram, runProgram } from '../program.ts';

/**
 * The ruleset in force without our own tables, table by table: `inet filter`. What
 * iptables keeps is told in iptables' own words, because nft cannot read back the
 * extensions that it lists there.
 */
export type Ruleset = ReadonlyMap<string, TableText>;

export interface TableText {
  readonly by: 'nft' | 'iptables' | 'ip6tables';
  readonly text: string;
}

const iptables = [
  ['iptables', 'ip'],
  ['ip6tables', 'ip6'],
] as const;

/** Where programs of the host's firewall lie. */
const places = (name: string): string[] => [`/usr/sbin/${name}`, `/sbin/${name}`];

/** Reads it; `faults` tell what could not be read. Rejects when nft does not list. */
export async function readRuleset(
  nft: string,
  table: string,
): Promise<{ readonly ruleset: Ruleset; readonly faults: readonly string[] }> {
  const { status, output, errors } = await runProgram(nft, ['-s', 'list', 'ruleset']);
  if (status !== 0) throw new Error(`nft cannot list the ruleset: ${errors.trim()}`);
  const own = new Set(ownTables(table).map((name) => `inet ${name}`));
  const tables = new Map<string, TableText>(
    [...nftTables(output)].filter(([name]) => !own.has(name)),
  );
  const faults: string[] = [];
  for (const [by, family] of iptables) {
    const save = findProgram(places(`${by}-save`));
    if (save === undefined) continue;
    const saved = await runProgram(save, []);
    if (saved.status !== 0) faults.push(`${by}-save: ${saved.errors.trim()}`);
    for (const [name, text] of saved.status === 0 ? savedTables(saved.output) : []) {
      tables.set(`${family} ${name}`, { by, text });
    }
  }
  return { ruleset: tables, faults };
}

/** Cuts what `nft list ruleset` prints; see nft(8). */
export function* nftTables(listing: string): Generator<[string, TableText]> {
  for (const [text, name] of listing.matchAll(/^table (\w+ \S+) \{\n[^]*?^\}$/gm)) {
    yield [name ?? '', { by: 'nft', text: `${text}\n` }];
  }
}

/** Cuts what iptables-save prints, without counters; see iptables-save(8). */
export function* savedTables(saved: string): Generator<[string, string]> {
  for (const [text, name] of saved.matchAll(/^\*(\S+)\n[^]*?^COMMIT$/gm)) {
    yield [name ?? '', `${text.replace(/\[\d+:\d+\]/g, '[0:0]')}\n`];
  }
}

/** The tables that are not the same, by name. */
export function differing(before: Ruleset, now: Ruleset): string[] {
  const names = [...new Set([...before.keys(), ...now.keys()])].sort();
  return names.filter((name) => {
    const [a, b] = [before.get(name), now.get(name)];
    return a?.by !== b?.by || a?.text !== b?.text;
  });
}

/** Makes these tables as they were. Rejects with the words of whoever refused. */
export async function bringBack(
  nft: string,
  names: readonly string[],
  before: Ruleset,
  now: Ruleset,
): Promise<void> {
  const script = names.flatMap((name) => {
    const [was, is] = [before.get(name), now.get(name)];
    // iptables-restore replaces a table at a stroke: nft need not take it away first
    const same = is !== undefined && was?.by === is.by && was.by !== 'nft';
    const gone = is === undefined || same ? [] : [`delete table ${name}`];
    return [...gone, ...(was?.by === 'nft' ? [was.text] : [])];
  });
  await mustRun(nft, ['-f', '-'], `${script.join('\n')}\n`);
  for (const [by] of iptables) {
    const blocks = names.map((name) => before.get(name)).filter((was) => was?.by === by);
    if (blocks.length === 0) continue;
    const restore = findProgram(places(`${by}-restore`));
    if (restore === undefined) throw new Error(`${by}-restore is not there: install iptables.`);
    await mustRun(restore, [], blocks.map((block) => block?.text).join(''));
  }
}

async function mustRun(program: string, args: readonly string[], input: string): Promise<void> {
  const { status, errors } = await runProgram(program, args, input);
  if (status !== 0) throw new Error(`${program} refuses: ${errors.trim()}`);
}

/** What goes (`-`) and what comes back (`+`), without what is the same at both ends of a table. */
export function difference(names: readonly string[], before: Ruleset, now: Ruleset): string[] {
  return names.flatMap((name) => {
    const goes = linesOf(now.get(name));
    const comes = linesOf(before.get(name));
    const start = common(goes, comes);
    const end = common(goes.slice(start).reverse(), comes.slice(start).reverse());
    return [
      `table ${name}:`,
      ...goes.slice(start, goes.length - end).map((line) => `- ${line}`),
      ...comes.slice(start, comes.length - end).map((line) => `+ ${line}`),
    ];
  });
}

const linesOf = (table: TableText | undefined): string[] =>
  table ? table.text.trimEnd().split('\n') : [];

function common(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, at) => line !== b[at]);
  return differs < 0 ? a.length : differs;
}
