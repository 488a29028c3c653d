import {
  type AuditFault,
  type AuditRemoval,
  type AuditSource,
  type RecordSeal,
} from '../../domain/audit.ts';
import { same } from './same.ts';

export type Gap =
  | { readonly last: AuditRemoval | undefined; readonly rows: number }
  | { readonly seq: number; readonly why: AuditFault; readonly detail: string };

/** Reads the summaries of removed rows, each of which must go on where the one before ended. */
export async function readRemovals(
  source: AuditSource,
  seal: RecordSeal,
  after: number,
  hashAfter: Uint8Array | undefined,
): Promise<Gap> {
  let next = after + 1;
  let before = hashAfter;
  let last: AuditRemoval | undefined;
  let rows = 0;
  for (;;) {
    const some = await source.removals(last?.throughSeq ?? after, 1000);
    if (some.length === 0) return { last, rows };
    for (const removal of some) {
      // found later, the first one may have begun before the rows that we have seen
      const goesOn =
        last === undefined && before === undefined
          ? removal.fromSeq <= next
          : removal.fromSeq === next;
      const fits =
        goesOn &&
        same(removal.seal, seal.removal(removal)) &&
        (before === undefined || same(removal.hashBefore, before));
      if (!fits) {
        return {
          seq: removal.fromSeq,
          why: 'removal-altered',
          detail: `What tells of the removal of rows ${removal.fromSeq} to ${removal.throughSeq} is not what was written, or one before it is missing.`,
        };
      }
      rows += removal.rows;
      next = removal.throughSeq + 1;
      before = removal.hashAfter;
      last = removal;
    }
  }
}
