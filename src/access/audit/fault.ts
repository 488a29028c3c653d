import type { AuditFault, AuditSource, RecordSeal, SealedRow } from '../../domain/audit.ts';
import { same } from './same.ts';

/** As far ahead as a row is looked for that should be elsewhere. */
const window = 2000;
/** As many rows may be missing before others that were numbered anew, and it is told from an altered row. */
const mostMissed = 500;

interface Found {
  readonly why: AuditFault;
  readonly detail: string;
}

/** Row `next` does not fit the hash `before`; tells from the rows from there on what was done. */
export async function findFault(
  { source, seal }: { readonly source: AuditSource; readonly seal: RecordSeal },
  next: number,
  before: Uint8Array,
  rest: readonly SealedRow[],
): Promise<Found> {
  const ahead = rest.length >= window ? rest : await source.rows(next, window);
  const [row, second] = ahead;
  if (!row) return { why: 'cut-off', detail: `Row ${next} is missing.` };
  /** Whether the row is the one that was written with this number behind this hash. */
  const was = (one: SealedRow | undefined, seq: number, behind: Uint8Array | null): boolean =>
    one?.hash != null && behind !== null && same(seal.row(behind, { ...one, seq }), one.hash);

  if (await nothingFits(source, seal, ahead, was)) {
    return {
      why: 'wrong-key',
      detail:
        'No row fits under this key: the key file is not the one that the record was written with, or all was written anew without it.',
    };
  }
  if (row.seq > next) {
    const which = row.seq - next === 1 ? `Row ${next} is` : `Rows ${next} to ${row.seq - 1} are`;
    return { why: 'removed', detail: `${which} missing.` };
  }
  if (second && was(second, second.seq, before)) {
    return {
      why: 'inserted',
      detail: `Row ${next} was not written by dialgate: the next one does not know of it.`,
    };
  }
  const place = ahead.findIndex((one, n) => n > 0 && was(one, next, before));
  if (place > 0) {
    const [true1, true2] = [ahead[place], ahead[place + 1]];
    if (was(true2, next + 1, true1?.hash ?? null)) {
      return {
        why: 'inserted',
        detail: `${place} row(s) from ${next} on were not written by dialgate; the later ones have been given other numbers.`,
      };
    }
    return {
      why: 'reordered',
      detail: `The row that was written as number ${next} stands as number ${true1?.seq}.`,
    };
  }
  for (let gap = 1; gap <= mostMissed; gap++) {
    if (!was(second, (second?.seq ?? 0) + gap, row.hash)) continue;
    return {
      why: 'removed',
      detail: `${gap} row(s) before the one that is now number ${next} are missing; the later ones have been given other numbers.`,
    };
  }
  if (second && was(second, second.seq, seal.row(before, row))) {
    return { why: 'altered', detail: `The hash of row ${next} was altered.` };
  }
  return { why: 'altered', detail: `Row ${next} is not what was written.` };
}

/** Neither the rows nor the end of the chain: one forged row spoils its neighbour, and no more. */
async function nothingFits(
  source: AuditSource,
  seal: RecordSeal,
  rows: readonly SealedRow[],
  was: (one: SealedRow | undefined, seq: number, behind: Uint8Array | null) => boolean,
): Promise<boolean> {
  const last = await source.lastBlock();
  if (last && same(last.seal, seal.block(last))) return false;
  return !rows.some((row, n) => n > 0 && was(row, row.seq, rows[n - 1]?.hash ?? null));
}
