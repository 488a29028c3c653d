import type { AuditSpan, SealedRow } from '../../domain/audit.ts';
import type { AuditKeeping } from '../../domain/ports.ts';

export type ExportFormat = 'ndjson' | 'csv';

/** So many numbers are looked through at a time: some ten milliseconds of the store's. */
const piece = 4096;

/**
 * The record as text, oldest first, in pieces: who does not ask for the next one holds
 * nothing up. Ends with the last row that was there at the beginning.
 */
export async function* exportRecord(
  keeping: Pick<AuditKeeping, 'select' | 'extent'>,
  span: AuditSpan,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvLine(columns);
  const { first, last } = await keeping.extent();
  for (let from = first ?? 1; from <= (last ?? 0); from += piece) {
    const through = Math.min(from + piece - 1, last ?? 0);
    const rows = await keeping.select(span, from, through);
    if (rows.length > 0) yield rows.map(format === 'csv' ? csvRow : jsonRow).join('');
  }
}

const columns = [
  'seq',
  'at',
  'actor',
  'kind',
  'userId',
  'grantId',
  'callId',
  'address',
  'caller',
  'detail',
  'hash',
] as const;

function jsonRow(row: SealedRow): string {
  const { at, detail, hash, ...rest } = row;
  return `${JSON.stringify({ ...rest, at: iso(at), detail: parsed(detail), hash: hex(hash) })}\n`;
}

const csvRow = (row: SealedRow): string =>
  csvLine(
    columns.map((name) => {
      if (name === 'at') return iso(row.at);
      if (name === 'hash') return hex(row.hash) ?? '';
      return String(row[name] ?? '');
    }),
  );

/** RFC 4180. */
const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/**
 * A spreadsheet takes what begins like this for a formula and carries it out. An apostrophe
 * before it makes it text; NDJSON has the cell as it is.
 */
const formula = /^[=+\-@\t\r\n]/;

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What is no time (somebody may have altered it) is shown as the number that it is. */
function iso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function parsed(detail: string | null): unknown {
  if (detail === null) return null;
  try {
    return JSON.parse(detail);
  } catch {
    return detail;
  }
}

const hex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('hex');
