import { AccessError } from '../../domain/access-error.ts';
import type { AuditSource, RecordSeal } from '../../domain/audit.ts';
import { same } from './same.ts';

/** The last row of a record. */
export interface RecordEnd {
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Enough to know the key and the end; `verifyRecord` looks at all of it. */
const looked = 1000;

/**
 * Checks the last rows of a record that nobody writes to; null where no row is sealed.
 * @throws AccessError `internal` where they do not fit.
 */
export async function checkEnd(
  source: Pick<AuditSource, 'rows' | 'lastBlock'>,
  seal: RecordSeal,
): Promise<RecordEnd | null> {
  const block = await source.lastBlock();
  if (!block) return null;
  let before: Uint8Array | undefined;
  for (const row of await source.rows(Math.max(1, block.lastSeq - looked), looked + 1)) {
    if (before !== undefined && (row.hash === null || !same(seal.row(before, row), row.hash))) {
      throw unfit(row.seq);
    }
    before = row.hash ?? undefined;
  }
  const ends = before !== undefined && same(before, block.hash);
  if (!ends || !same(seal.block(block), block.seal)) throw unfit(block.lastSeq);
  return { seq: block.lastSeq, hash: Buffer.from(block.hash).toString('hex') };
}

const unfit = (seq: number): AccessError =>
  new AccessError(
    'internal',
    `The end of its record does not fit at row ${seq}: it was altered, or written with another key file. "dialgate audit verify" says more.`,
  );
