import {
  beginning,
  blockOf,
  blockSize,
  type AuditBlock,
  type AuditSource,
  type RecordSeal,
  type Verdict,
} from '../../domain/audit.ts';
import { findFault } from './fault.ts';
import { checkBlock, Fault, newPlace, pass, type Place } from './place.ts';
import { readRemovals } from './removals.ts';
import { same } from './same.ts';

export interface Verification {
  readonly source: AuditSource;
  readonly seal: RecordSeal;
  /** Row numbers and the hashes that those rows had, hexadecimal; checked already for themselves. */
  readonly checkpoints?: ReadonlyMap<number, string>;
  /** Called now and then: how many rows were checked, and the number of the last one there is. */
  readonly progress?: (rows: number, seq: number, of: number) => void;
}

/**
 * Checks every row against the one before, the blocks, the summaries of what was removed, and
 * the checkpoints. Rows may be written and removed meanwhile. Rejects only where the source does.
 */
export async function verifyRecord(verification: Verification): Promise<Verdict> {
  const place = newPlace();
  try {
    const removed = await check(verification, place);
    const last = place.next - 1;
    return {
      ok: true,
      rows: place.rows,
      firstSeq: place.first,
      lastSeq: place.first === null ? null : last,
      lastHash: place.first === null ? null : hex(place.before),
      removed,
      sealedLate: place.sealedLate,
      checkpoints: place.checkpoints,
    };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const { seq, why, message } = fault;
    return { ok: false, seq, why, detail: message, rows: place.rows };
  }
}

async function check(verification: Verification, place: Place): Promise<number> {
  const { source, checkpoints = new Map<number, string>() } = verification;
  let removed = await skipRemoved(verification, place, 0);
  const [early] = await source.rows(0, 1);
  if (early && early.seq < place.next) {
    throw new Fault(
      early.seq,
      'inserted',
      `Row ${early.seq} stands where rows were removed for their age.`,
    );
  }
  let target: AuditBlock | undefined;
  // what is written meanwhile is checked too, but not for ever
  for (let round = 0; round < 3; round++) {
    const last = await source.lastBlock();
    if (last === undefined || last.lastSeq === target?.lastSeq) break;
    target = last;
    removed += await rowsThrough(verification, place, target);
  }
  const [odd] = await source.rows(place.next, 1);
  if (odd && (await source.lastBlock())?.lastSeq === target?.lastSeq) {
    if (odd.hash === null) throw unsealed(odd.seq);
    throw new Fault(
      odd.seq,
      target === undefined ? 'index-altered' : 'inserted',
      target === undefined
        ? 'The table of blocks is empty.'
        : `The record ends with row ${target.lastSeq}; what comes behind it was not written by dialgate.`,
    );
  }
  const cut = [...checkpoints.keys()].filter((seq) => seq >= place.next).sort((a, b) => a - b)[0];
  if (cut !== undefined) {
    throw new Fault(
      place.next,
      'cut-off',
      `There is a checkpoint of row ${cut}, but the record ends with row ${place.next - 1}.`,
    );
  }
  const missing = await source.missingGuards();
  if (missing.length > 0) {
    throw new Fault(
      place.next,
      'index-altered',
      `All rows fit, but the database's own guards are gone: ${missing.join(', ')}.`,
    );
  }
  return removed;
}

const unsealed = (seq: number): Fault =>
  new Fault(
    seq,
    'unsealed',
    `Row ${seq} has no hash yet: rows of an older release are sealed while "dialgate serve" runs.`,
  );

/** Goes on behind what was removed for its age; returns how many rows those were. */
async function skipRemoved(
  { source, seal, checkpoints }: Verification,
  place: Place,
  after: number,
): Promise<number> {
  const gap = await readRemovals(source, seal, after, after === 0 ? beginning : undefined);
  if ('why' in gap) throw new Fault(gap.seq, gap.why, gap.detail);
  if (!gap.last || gap.last.throughSeq < place.next) return 0;
  const known = checkpoints?.get(gap.last.throughSeq);
  if (known !== undefined && known !== hex(gap.last.hashAfter)) {
    throw new Fault(
      gap.last.throughSeq,
      'rewritten',
      `Row ${gap.last.throughSeq} was removed with another hash than its checkpoint has.`,
    );
  }
  place.next = gap.last.throughSeq + 1;
  place.before = gap.last.hashAfter;
  place.whole = gap.last.throughSeq % blockSize === 0;
  place.from = Infinity;
  place.to = -Infinity;
  return gap.rows;
}

/** So many at a time, and when it falls behind what a fault is looked for in. */
const piece = blockSize;

async function rowsThrough(
  verification: Verification,
  place: Place,
  target: AuditBlock,
): Promise<number> {
  const { source, seal, checkpoints, progress } = verification;
  let removed = 0;
  let blocks: readonly AuditBlock[] = [];
  while (place.next <= target.lastSeq) {
    const rows = await source.rows(place.next, piece);
    if (rows[0] && rows[0].seq > place.next) {
      // it may have been removed for its age since we looked
      const gone = await skipRemoved(verification, place, place.next - 1);
      removed += gone;
      if (gone > 0) continue;
    }
    if (rows.length === 0) {
      throw new Fault(
        place.next,
        'cut-off',
        `The record went as far as row ${target.lastSeq}, but ends with row ${place.next - 1}.`,
      );
    }
    for (const [n, row] of rows.entries()) {
      if (row.seq > target.lastSeq) break;
      if (row.hash === null) throw unsealed(row.seq);
      if (row.seq !== place.next || !same(seal.row(place.before, row), row.hash)) {
        const found = await findFault({ source, seal }, place.next, place.before, rows.slice(n));
        throw new Fault(place.next, found.why, found.detail);
      }
      pass(place, row, row.hash);
      const known = checkpoints?.get(row.seq);
      if (known !== undefined) {
        if (known !== hex(row.hash)) {
          throw new Fault(
            row.seq,
            'rewritten',
            `The rows fit each other, but row ${row.seq} is not the one that its checkpoint was made of: somebody who has the key wrote the record anew.`,
          );
        }
        place.checkpoints++;
      }
      if (row.seq === target.lastSeq) checkBlock(seal, place, target, target.block);
      else if (row.seq % blockSize === 0) {
        const number = blockOf(row.seq);
        if (blocks.at(-1) === undefined || (blocks.at(-1)?.block ?? 0) < number) {
          blocks = await source.blocks(number, 256);
        }
        checkBlock(
          seal,
          place,
          blocks.find(({ block }) => block === number),
          number,
        );
      }
      if (row.seq % blockSize === 0) {
        place.from = Infinity;
        place.to = -Infinity;
        place.whole = true;
      }
    }
    progress?.(place.rows, place.next - 1, target.lastSeq);
  }
  return removed;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
