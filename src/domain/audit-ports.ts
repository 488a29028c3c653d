import type { AuditEntry, AuditKind, AuditRow } from './attempt.ts';
import type {
  AuditAbout,
  AuditPage,
  AuditRemoval,
  AuditSource,
  AuditSpan,
  Checkpoint,
  SealedRow,
} from './audit.ts';
import type { Instant } from './time.ts';

/** A page of it. */
export interface AuditFilter extends AuditSpan {
  /** Rows with a smaller number than this. */
  readonly before?: number | undefined;
  /** 1 to 1000. */
  readonly limit: number;
}

/** Rows of a time, to be counted a piece at a time, newest first. */
export interface AuditTallyWanted extends AuditAbout {
  /** Without them, all. */
  readonly kinds?: readonly AuditKind[] | undefined;
  /** From this time on, and before that. */
  readonly from: Instant;
  readonly to: Instant;
  /** What they are told apart by besides their kind: columns of so many milliseconds, or telephones. */
  readonly by: { readonly step: number } | 'caller';
  /** Rows with a smaller number than this. */
  readonly before?: number | undefined;
}

export interface AuditTally {
  readonly counts: readonly {
    readonly kind: AuditKind;
    /** Which column, from 0; or which telephone: rows without one are left out. */
    readonly key: number | string;
    readonly count: number;
    /** When the last of them happened. */
    readonly lastAt: Instant;
  }[];
  /** Give it as `before` to go on, and when its rows happened; null at the end. */
  readonly next: { readonly before: number; readonly at: Instant } | null;
}

/** The record. No row of it can be changed, and none removed but for its age. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<AuditRow>;
  /** In bounded time, however many rows there are. */
  page(filter: AuditFilter): Promise<AuditPage>;
  /** Newest first: as many as were asked for, if there are so many, whatever it costs. */
  list(filter: AuditFilter): Promise<AuditRow[]>;
  /** In bounded time: one piece, and where to go on. */
  tally(wanted: AuditTallyWanted): Promise<AuditTally>;
  /** Rows with a larger number than this, oldest first; `limit` is 1 to 1000. */
  after(seq: number, limit: number): Promise<AuditRow[]>;
  /** The numbers of the first row that is left and of the last; null while there is none. */
  ends(): Promise<{ readonly first: number | null; readonly last: number | null }>;
  /**
   * Calls the listener soon after rows were written here and can be read: once for many, now and
   * then for none. It reads on from the last row that it knows. What other processes write it is
   * told of with the next row of ours. What it throws is dropped: no writer fails for a listener.
   * @returns ends it.
   */
  watch(listener: () => void): () => void;
}

/** What becomes of the record's rows after they were written. Each call is one short transaction. */
export interface AuditKeeping {
  readonly source: AuditSource;
  /**
   * Seals rows of an older release, oldest first; returns how many there were of them. With the
   * last one, `audit-sealed` is put on record.
   * @param callerOf the caller that a row's detail names, in its one form.
   */
  sealOld(
    limit: number,
    at: Instant,
    callerOf: (detail: string | null) => string | null,
  ): Promise<number>;
  /**
   * Removes the oldest rows, at most so many, as far as all are from before a time, and keeps a
   * sealed summary of them; `undefined` when there is nothing to remove. Those of the last block stay.
   */
  removeBefore(cutoff: Instant, limit: number, at: Instant): Promise<AuditRemoval | undefined>;
  /** Rows between two numbers that fit, oldest first. */
  select(span: AuditSpan, fromSeq: number, throughSeq: number): Promise<readonly SealedRow[]>;
  /** The numbers of the first and the last row, and how many are not sealed yet. */
  extent(): Promise<{
    readonly first: number | null;
    readonly last: number | null;
    readonly unsealed: number;
  }>;
}

/** Calls and grants, which go when the record has let go of what it had about them. */
export interface HistoryKeeping {
  /** The time up to which rows of the record were removed; null when none were. */
  removedTo(): Promise<Instant | null>;
  /**
   * Removes the oldest calls and grants, at most so many of each, as far as all ended before a
   * time; returns how many there were. One short transaction.
   */
  forgetBefore(cutoff: Instant, limit: number): Promise<number>;
}

/** Whoever keeps checkpoints outside the database. */
export interface CheckpointSink {
  /** For the log. */
  readonly name: string;
  /** Resolves when it is kept. */
  put(checkpoint: Checkpoint): Promise<void>;
}
