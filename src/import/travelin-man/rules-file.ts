import { linesOf, type Line } from '../lines.ts';
import type { Gathering, SourceFile } from '../reading.ts';
import { readTarget } from '../source-address.ts';
import { readRule } from './rule.ts';

const accountBegins = /^#\s*\/\/ New entry for (\S+?)(?:\.iptables)?\s*$/;
const accountEnds = /^#\s*\/\/ End entry for /;
const providersEnd = /^#\s*End of Trusted Provider Section/i;

/** Where in the file a rule stands. */
interface Surroundings {
  readonly account: string | null;
  readonly provider: boolean;
  /** The comment just above, without its sign. */
  readonly comment: string;
}

/** Reads `rules.v4`, `sysconfig/iptables` and `iptables-custom`: whom their rules let in. */
export function readRulesFile(file: SourceFile, gathering: Gathering): void {
  const read = linesOf(file);
  if ('fault' in read) return gathering.skip({ file: file.name, line: 0 }, '', read.fault);
  const end = read.lines.findIndex(({ text }) => providersEnd.test(text));
  let account: string | null = null;
  let comment = '';
  let filter = true;
  for (const [at, line] of read.lines.entries()) {
    const text = line.text.trim();
    if (text.startsWith('#')) {
      const begun = accountBegins.exec(text)?.[1];
      if (begun !== undefined) account = begun;
      else if (accountEnds.test(text)) account = null;
      comment = text.replace(/^#[\s#/]*/, '').trim();
      continue;
    }
    // what stands above the head of a table is iptables-save's
    if (text === '' || /^(COMMIT$|:|\*)/.test(text)) comment = '';
    if (text === '' || /^(COMMIT$|:)/.test(text)) continue;
    if (text.startsWith('*')) filter = text === '*filter';
    else if (!filter) gathering.leave(file.name, 'rules of other tables');
    else gather(file.name, line, { account, provider: at < end, comment }, gathering);
  }
}

function gather(file: string, line: Line, around: Surroundings, gathering: Gathering): void {
  const at = { file, line: line.number };
  const skip = (why: string): void => gathering.skip(at, line.text.trim(), why);
  if (line.fault !== undefined) return skip(`the line ${line.fault}`);
  const rule = readRule(line.text);
  if (!rule) return gathering.leave(file, 'lines that are no rules');
  if (rule.kind === 'other') return gathering.leave(file, rule.why);
  if (rule.kind === 'unfit') return skip(`the rule ${rule.why}`);
  for (const source of rule.sources) {
    const read = readTarget(source);
    if ('why' in read) skip(`${source.slice(0, 64)} ${read.why}`);
    else if (isUnresolved(source)) skip('the name behind it was never resolved (1.1.1.1)');
    else {
      const { target, remarks } = read;
      const { account: label } = around;
      const note = noteOf(around);
      gathering.found.push({ label, target, wanted: rule.wanted, until: null, note, remarks, at });
    }
  }
}

/** What Travelin' Man puts where a name has no address yet. */
export const isUnresolved = (source: string): boolean => /^1\.1\.1\.1(\/32)?$/.test(source);

function noteOf({ account, provider, comment }: Surroundings): string {
  if (account !== null) return 'Travelin’ Man account';
  return provider && comment !== ''
    ? `trusted provider: ${comment.slice(0, 100)}`
    : provider
      ? 'trusted provider'
      : '';
}
