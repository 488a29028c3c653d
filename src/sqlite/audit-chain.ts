import type { Database } from 'better-sqlite3';
import {
  beginning,
  blockOf,
  type AuditBlock,
  type RecordSeal,
  type SealedRow,
} from '../domain/audit.ts';
import type { BlockColumns } from './audit-rows.ts';

/** The end of the chain, inside the transaction under way: another process may have written meanwhile. */
export interface AuditChain {
  last(): ChainEnd;
  /** The hashes of rows that go on from there; puts the blocks right. */
  extend(end: ChainEnd, rows: readonly Omit<SealedRow, 'hash'>[]): Uint8Array[];
}

export interface ChainEnd {
  /** Undefined as long as nothing is sealed. */
  readonly block: Omit<AuditBlock, 'seal'> | undefined;
  /** The largest number of a row, sealed or not; 0 when there is none. */
  readonly newest: number;
}

interface Columns extends Omit<BlockColumns, 'seal'> {
  readonly newest: number | null;
}

export function createAuditChain(database: Database, seal: RecordSeal): AuditChain {
  // in one question: it is asked with every row
  const lastBlock = database.prepare<[], Columns>(
    `SELECT block, from_at, to_at, last_seq, hash, (SELECT max(seq) FROM audit) AS newest
     FROM audit_blocks ORDER BY block DESC LIMIT 1`,
  );
  const newestSeq = database.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM audit').pluck();
  const begin = database.prepare(
    `INSERT INTO audit_blocks (from_at, to_at, last_seq, hash, seal, block)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const grow = database.prepare(
    `UPDATE audit_blocks SET from_at = ?, to_at = ?, last_seq = ?, hash = ?, seal = ?
     WHERE block = ?`,
  );

  return {
    last() {
      const row = lastBlock.get();
      if (!row) return { block: undefined, newest: newestSeq.get() ?? 0 };
      const { block, from_at, to_at, last_seq, hash, newest } = row;
      return {
        block: { block, fromAt: from_at, toAt: to_at, lastSeq: last_seq, hash },
        newest: newest ?? 0,
      };
    },
    extend({ block: head }, rows) {
      let known = head?.block;
      let before = head?.hash ?? beginning;
      let block: Omit<AuditBlock, 'seal'> | undefined = head;

      function write(): void {
        if (!block) return;
        const { fromAt, toAt, lastSeq, hash } = block;
        const put = block.block === known ? grow : begin;
        put.run(fromAt, toAt, lastSeq, hash, seal.block(block), block.block);
        known = block.block;
      }

      const hashes = rows.map((row) => {
        const number = blockOf(row.seq);
        if (block && block.block !== number && block !== head) write();
        const same = block?.block === number ? block : undefined;
        before = seal.row(before, row);
        block = {
          block: number,
          fromAt: Math.min(row.at, same?.fromAt ?? row.at),
          toAt: Math.max(row.at, same?.toAt ?? row.at),
          lastSeq: row.seq,
          hash: before,
        };
        return before;
      });
      if (block !== head) write();
      return hashes;
    },
  };
}
