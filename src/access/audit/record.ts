import type {
  AuditSpan,
  AuditState,
  Checkpoint,
  Verdict,
  VerificationState,
} from '../../domain/audit.ts';
import type { AuditKeeping } from '../../domain/ports.ts';
import type { Clock, Seconds } from '../../domain/time.ts';
import type { Checkpoints } from './checkpoints.ts';
import { exportRecord, type ExportFormat } from './export.ts';

/** The record as a whole: what administrators do with it besides reading its pages. */
export interface AuditRecord {
  state(): Promise<AuditState>;
  /** Oldest first, in pieces. */
  export(span: AuditSpan, format: ExportFormat): AsyncGenerator<string, void, undefined>;
  /** @throws AccessError `conflict` when there is no row. */
  checkpoint(): Promise<Checkpoint>;
  /** Begins one, unless one is under way. */
  startVerification(): VerificationState;
  /** The one under way, or the last one. */
  verification(): VerificationState | null;
}

export interface AuditRecordParts {
  readonly keeping: AuditKeeping;
  readonly checkpoints: Pick<Checkpoints, 'make' | 'last'>;
  /** Runs where it holds nobody up. */
  readonly verify: (progress: (rows: number, lastSeq: number) => void) => Promise<Verdict>;
  readonly clock: Clock;
  readonly keep: Seconds | null;
}

export function createAuditRecord(parts: AuditRecordParts): AuditRecord {
  const { keeping, checkpoints, verify, clock, keep } = parts;
  let verification: VerificationState | null = null;

  async function run(): Promise<void> {
    const set = (changes: Partial<VerificationState>): void => {
      if (verification) verification = { ...verification, ...changes };
    };
    try {
      const verdict = await verify((rows, lastSeq) => set({ rows, lastSeq }));
      set({ verdict, rows: verdict.rows, endedAt: clock.now() });
    } catch (error) {
      set({ failed: (error as Error).message, endedAt: clock.now() });
    }
  }

  return {
    async state() {
      const { first, last, unsealed } = await keeping.extent();
      const block = await keeping.source.lastBlock();
      const removal = await keeping.source.lastRemoval();
      return {
        firstSeq: first,
        lastSeq: last,
        lastHash: block ? Buffer.from(block.hash).toString('hex') : null,
        unsealed,
        removed: removal ? { throughSeq: removal.throughSeq, to: removal.toAt } : null,
        keep,
        checkpoint: checkpoints.last(),
      };
    },
    export: (span, format) => exportRecord(keeping, span, format),
    checkpoint: () => checkpoints.make(),
    startVerification() {
      if (verification && verification.endedAt === null) return verification;
      const begun: VerificationState = {
        startedAt: clock.now(),
        endedAt: null,
        rows: 0,
        lastSeq: 0,
        verdict: null,
        failed: null,
      };
      verification = begun;
      void run();
      return begun;
    },
    verification: () => verification,
  };
}
