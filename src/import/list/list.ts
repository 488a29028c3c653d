import { isLabel, isNote } from '../../domain/entry.ts';
import { isServiceName } from '../../domain/service.ts';
import { linesOf, type Line } from '../lines.ts';
import { Gathering, type Found, type Reading, type SourceFile } from '../reading.ts';
import { readTarget } from '../source-address.ts';
import { csvFields } from './csv.ts';
import { readUntil } from './until.ts';

const columns = ['label', 'target', 'services', 'until', 'note'] as const;
type Column = (typeof columns)[number];
type Cells = Readonly<Partial<Record<Column, string>>>;

/** Reads one line; a string says why it cannot be. Undefined where there is nothing on it. */
type ReadLine = (text: string) => Cells | string | undefined;

/**
 * Reads a plain list (an address, network or name a line, `#` and what follows is its
 * note), or CSV whose first line names its columns, `target` among them.
 */
export function readList(file: SourceFile): Reading {
  const gathering = new Gathering();
  const read = linesOf(file);
  if ('fault' in read) gathering.skip({ file: file.name, line: 0 }, '', read.fault);
  else gatherLines(file.name, read.lines, gathering);
  const { found, skipped, left } = gathering;
  return { found, skipped, left };
}

/** Empty, or a comment alone. */
const isBlank = (text: string): boolean => /^\s*(#|$)/.test(text);

function gatherLines(file: string, lines: readonly Line[], gathering: Gathering): void {
  // people put a title above
  const first = lines.find(({ text }) => !isBlank(text));
  const header = headerOf(first);
  if (typeof header === 'string') {
    return gathering.skip({ file, line: first?.number ?? 0 }, first?.text ?? '', header);
  }
  const readLine = header ? csvLine(header) : plainLine;
  for (const line of lines) {
    if (header && line === first) continue;
    const at = { file, line: line.number };
    const cells = line.fault === undefined ? readLine(line.text) : `the line ${line.fault}`;
    if (cells === undefined) continue;
    const found = typeof cells === 'string' ? cells : foundIn(cells);
    if (typeof found === 'string') gathering.skip(at, line.text, found);
    else gathering.found.push({ ...found, at });
  }
}

/** The columns of a CSV file, in order; undefined where the first line is no header, a string what is wrong with it. */
function headerOf(first: Line | undefined): readonly Column[] | string | undefined {
  const fields = csvFields(first?.text ?? '')?.map((field) => field.trim().toLowerCase());
  if (!fields?.includes('target')) return undefined;
  const known = fields.filter((field): field is Column => columns.includes(field as Column));
  if (known.length < fields.length || new Set(known).size < known.length) {
    return `the columns of a list are ${columns.join(', ')}, each once at most`;
  }
  return known;
}

const csvLine =
  (header: readonly Column[]): ReadLine =>
  (text) => {
    if (isBlank(text)) return undefined;
    const fields = csvFields(text);
    if (!fields) return 'the line is no CSV: look at its quotes';
    if (fields.length !== header.length) {
      return `the line has ${fields.length} fields, the first line names ${header.length}`;
    }
    return Object.fromEntries(header.map((column, at) => [column, fields[at]?.trim() ?? '']));
  };

const plainLine: ReadLine = (text) => {
  const sign = text.indexOf('#');
  const target = (sign < 0 ? text : text.slice(0, sign)).trim();
  const note = sign < 0 ? '' : text.slice(sign + 1).trim();
  if (/[,;\t]/.test(target)) {
    return 'the line has more than one field: CSV begins with a line that names its columns, such as target,label,note (commas between them)';
  }
  return target === '' ? undefined : { target, note };
};

function foundIn(cells: Cells): Omit<Found, 'at'> | string {
  const { label = '', target = '', services = '', until = '', note = '' } = cells;
  const read = readTarget(target);
  if ('why' in read) return `${target === '' ? 'the target' : target.slice(0, 64)} ${read.why}`;
  if (label !== '' && !isLabel(label)) {
    return 'a label is 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit';
  }
  const names = services.split(/[\s,;]+/).filter(Boolean);
  const odd = names.find((name) => !isServiceName(name));
  if (odd !== undefined) return `${odd.slice(0, 64)} is no name of a service`;
  const end = until === '' ? null : readUntil(until);
  if (end === undefined)
    return `${until.slice(0, 64)} is no date such as 2026-12-31 or 2026-12-31T18:00Z`;
  if (!isNote(note)) return 'a note has 200 characters at most';
  return {
    label: label === '' ? null : label,
    ...read,
    wanted: { kind: 'services', services: [...new Set(names)] },
    until: end,
    note,
  };
}
