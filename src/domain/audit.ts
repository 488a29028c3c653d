import type { AuditKind, AuditRow } from './attempt.ts';
import type { Instant } from './time.ts';

/** Which rows of the record; all conditions together. */
export interface AuditSpan extends AuditAbout {
  readonly kind?: AuditKind | undefined;
  /** From this time on. */
  readonly from?: Instant | undefined;
  /** Before this time. */
  readonly to?: Instant | undefined;
}

/** Whom or what rows are about, and who wrote them: all of it together. */
export interface AuditAbout {
  readonly userId?: number | undefined;
  readonly address?: string | undefined;
  readonly callId?: number | undefined;
  /** As rows have it: a number in its one form, or `withheld`. */
  readonly caller?: string | undefined;
  /** Such as `token:ops`, `cli:mira`, `call:12` or `system`. */
  readonly actor?: string | undefined;
}

export interface AuditPage {
  /** Newest first. */
  readonly rows: readonly AuditRow[];
  /**
   * Give it as `before` to go on; null at the end. A page is bounded in work: it may have
   * fewer rows than were asked for, or none, and still go on.
   */
  readonly next: number | null;
}

/** A row with all that is under its hash, exactly as it is kept. */
export interface SealedRow {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: string;
  readonly userId: number | null;
  readonly grantId: number | null;
  readonly callId: number | null;
  readonly address: string | null;
  readonly caller: string | null;
  /** JSON. */
  readonly detail: string | null;
  /** 32 bytes; null in a row of an older release that is not sealed yet. */
  readonly hash: Uint8Array | null;
}

/** The rows of one block of numbers, so far. */
export interface AuditBlock {
  readonly block: number;
  readonly fromAt: Instant;
  readonly toAt: Instant;
  readonly lastSeq: number;
  /** Of its last row. */
  readonly hash: Uint8Array;
  readonly seal: Uint8Array;
}

/** How many numbers make a block. Never to be changed: every database has blocks of this size. */
export const blockSize = 4096;

export const blockOf = (seq: number): number => Math.floor((seq - 1) / blockSize);

/** Rows that were removed for their age, and how the chain goes on over the gap. */
export interface AuditRemoval {
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly rows: number;
  readonly fromAt: Instant;
  readonly toAt: Instant;
  /** How many of which kind, as JSON. */
  readonly kinds: string;
  readonly hashBefore: Uint8Array;
  readonly hashAfter: Uint8Array;
  readonly at: Instant;
  readonly seal: Uint8Array;
}

/** How far the record went at a time; kept outside the database, it shows when the end was cut off. */
export interface Checkpoint {
  readonly seq: number;
  /** Of row `seq`, hexadecimal. */
  readonly hash: string;
  readonly at: Instant;
  /** Hexadecimal. */
  readonly seal: string;
}

/**
 * That the database was replaced by a copy of itself that goes no further than this row: checkpoints
 * of later rows from before that tell of what was set aside.
 */
export interface Restoration extends Checkpoint {
  /** The seal of the line before, so that it counts in its own place alone; '' where it is the first. */
  readonly follows: string;
}

/** The keyed hashes. The key is not in the database, so who has the database alone cannot make them. */
export interface RecordSeal {
  /** Over a row and the hash of the row before. */
  row(before: Uint8Array, row: Omit<SealedRow, 'hash'>): Uint8Array;
  block(block: Omit<AuditBlock, 'seal'>): Uint8Array;
  removal(removal: Omit<AuditRemoval, 'seal'>): Uint8Array;
  /** Hexadecimal. */
  checkpoint(checkpoint: Omit<Checkpoint, 'seal'>): string;
  /** Hexadecimal. */
  restoration(restoration: Omit<Restoration, 'seal'>): string;
}

/** What the first row is chained to. */
export const beginning: Uint8Array = new Uint8Array(32);

/** What does not fit. */
export type AuditFault =
  | 'altered' // a row is not what was written
  | 'removed' // a row is missing
  | 'inserted' // a row was never written by dialgate
  | 'reordered' // a row stands in another's place
  | 'cut-off' // the last rows are missing
  | 'unsealed' // a row of an older release, not sealed yet
  | 'wrong-key' // nothing fits: the key file is not the one it was written with
  | 'rewritten' // the rows fit each other, and not a checkpoint: somebody with the key wrote them anew
  | 'removal-altered' // what tells of removed rows is not what was written
  | 'index-altered' // the table of blocks is not what was written
  | 'checkpoint-altered'; // a line of the checkpoints is not what was written

/** Whether the record is what was written. */
export type Verdict =
  | {
      readonly ok: true;
      readonly rows: number;
      readonly firstSeq: number | null;
      readonly lastSeq: number | null;
      /** Of row `lastSeq`, hexadecimal. */
      readonly lastHash: string | null;
      /** Rows that were removed for their age. */
      readonly removed: number;
      /** Rows up to this one were sealed only at this time, as they were found then. */
      readonly sealedLate: { readonly through: number; readonly at: Instant } | null;
      /** Checkpoints that fit. */
      readonly checkpoints: number;
    }
  | {
      readonly ok: false;
      /** The first row that does not fit. */
      readonly seq: number;
      readonly why: AuditFault;
      /** In a sentence. */
      readonly detail: string;
      /** Rows before it that fit. */
      readonly rows: number;
    };

/** The record as it is read to be checked. */
export interface AuditSource {
  /** In the order of their numbers, from this one on. */
  rows(fromSeq: number, limit: number): Promise<readonly SealedRow[]>;
  blocks(fromBlock: number, limit: number): Promise<readonly AuditBlock[]>;
  /** The block that is written to. */
  lastBlock(): Promise<AuditBlock | undefined>;
  /** By their numbers. */
  removals(afterSeq: number, limit: number): Promise<readonly AuditRemoval[]>;
  /** What was removed last. */
  lastRemoval(): Promise<AuditRemoval | undefined>;
  /** The database's own guards against changes that are not there. */
  missingGuards(): Promise<readonly string[]>;
}

/** How the record is kept. */
export interface AuditState {
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Of the last row, hexadecimal. */
  readonly lastHash: string | null;
  /** Rows of an older release that are still to be sealed. */
  readonly unsealed: number;
  /** What was removed for its age. */
  readonly removed: { readonly throughSeq: number; readonly to: Instant } | null;
  /** How old a row may become, in seconds; null keeps all. */
  readonly keep: number | null;
  /** The last one that this server made. */
  readonly checkpoint: Checkpoint | null;
}

/** A verification in the server, which may take minutes. */
export interface VerificationState {
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** Rows that were checked so far, and the number of the row with which the record ends. */
  readonly rows: number;
  readonly lastSeq: number;
  readonly verdict: Verdict | null;
  /** Why there is no verdict: what kept us from reading. */
  readonly failed: string | null;
}
