import {
  beginning,
  type AuditBlock,
  type AuditFault,
  type RecordSeal,
  type SealedRow,
} from '../../domain/audit.ts';
import { same } from './same.ts';

/** What does not fit, on its way to the verdict. */
export class Fault extends Error {
  readonly seq: number;
  readonly why: AuditFault;

  constructor(seq: number, why: AuditFault, detail: string) {
    super(detail);
    this.seq = seq;
    this.why = why;
  }
}

/** Where the checked part ends. */
export interface Place {
  /** The next number. */
  next: number;
  before: Uint8Array;
  rows: number;
  first: number | null;
  /** Of the block under way; `whole` when all its rows were seen. */
  from: number;
  to: number;
  whole: boolean;
  sealedLate: { through: number; at: number } | null;
  checkpoints: number;
}

export const newPlace = (): Place => ({
  next: 1,
  before: beginning,
  rows: 0,
  first: null,
  from: Infinity,
  to: -Infinity,
  whole: true,
  sealedLate: null,
  checkpoints: 0,
});

/** Goes on behind a row that fits. */
export function pass(place: Place, row: SealedRow, hash: Uint8Array): void {
  place.next = row.seq + 1;
  place.before = hash;
  place.rows++;
  place.first ??= row.seq;
  place.from = Math.min(place.from, row.at);
  place.to = Math.max(place.to, row.at);
  if (row.kind === 'audit-sealed' && row.actor === 'system') {
    const { through } = JSON.parse(row.detail ?? '{}') as { through?: unknown };
    if (typeof through === 'number') place.sealedLate = { through, at: row.at };
  }
}

/** At the last row of a block. */
export function checkBlock(
  seal: RecordSeal,
  place: Place,
  block: AuditBlock | undefined,
  number: number,
): void {
  const fits =
    block !== undefined &&
    block.lastSeq === place.next - 1 &&
    same(block.hash, place.before) &&
    same(block.seal, seal.block(block)) &&
    // of a block of which rows were removed we know the rest alone
    (place.whole
      ? block.fromAt === place.from && block.toAt === place.to
      : block.fromAt <= place.from && block.toAt >= place.to);
  if (fits) return;
  throw new Fault(
    place.next - 1,
    'index-altered',
    block === undefined
      ? `The rows fit, but block ${number} is missing in the table of blocks.`
      : `The rows fit, but block ${number} of the table of blocks is not what was written.`,
  );
}
