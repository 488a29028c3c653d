import { targetText, type Target } from '../../domain/entry.ts';
import { linesOf } from '../lines.ts';
import type { Gathering, SourceFile } from '../reading.ts';
import { readTarget } from '../source-address.ts';
import { isUnresolved } from './rules-file.ts';

/** `…/mira.iptables` is Mira's. */
export function accountOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.iptables$/, '');
}

/** PortKnocker names its files by the time of the knock: seconds, or date and time. */
export function isKnock(account: string): boolean {
  return /^(\d{9,}|\d{4}-?\d{2}-?\d{2}[-_T .:]?[\d:.-]*)$/.test(account);
}

/**
 * Reads an account's file: the address twice, or the name and its address. The ports
 * stand in the rules alone; without rules the account had them all.
 */
export function readAccountFile(file: SourceFile, gathering: Gathering): void {
  const at = { file: file.name, line: 1 };
  const read = linesOf(file);
  if ('fault' in read) return gathering.skip({ ...at, line: 0 }, '', read.fault);
  const [line, ...more] = read.lines.filter(({ text }) => text.trim() !== '');
  const skip = (why: string): void =>
    gathering.skip({ ...at, line: line?.number ?? 0 }, line?.text ?? '', why);
  if (!line) return skip('is empty');
  if (line.fault !== undefined) return skip(`the line ${line.fault}`);
  const words = line.text.trim().split(/\s+/);
  if (words.length > 2) return skip('is no account: it should have the address twice');
  const targets: { readonly target: Target; readonly remarks: readonly string[] }[] = [];
  for (const word of words) {
    const read = readTarget(word);
    if ('why' in read) return skip(`${word.slice(0, 64)} ${read.why}`);
    targets.push(read);
  }
  const name = targets.find(({ target }) => target.kind === 'name');
  const chosen = name ?? targets[0];
  if (!chosen) return skip('is empty');
  if (isUnresolved(targetText(chosen.target))) {
    return skip('the name was never resolved (1.1.1.1), and is not in it');
  }
  if (!name && new Set(targets.map(({ target }) => targetText(target))).size > 1) {
    return skip('has two addresses: which of them is meant cannot be told');
  }
  gathering.found.push({
    label: accountOf(file.name),
    target: chosen.target,
    wanted: { kind: 'all' },
    until: null,
    note: 'Travelin’ Man account',
    remarks: [...chosen.remarks, ...(more.length > 0 ? ['only its first line is read'] : [])],
    at: { ...at, line: line.number },
  });
}
