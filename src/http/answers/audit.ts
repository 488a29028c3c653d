import { z } from 'zod';
import type { AuditState, Checkpoint, VerificationState } from '../../domain/audit.ts';
import { iso, isoOrNull, number, numberOrNull, textOrNull, time, timeOrNull } from './common.ts';

export const checkpointShape = z
  .strictObject({
    seq: number,
    hash: z.string().describe('Of that row, hexadecimal.'),
    at: time,
    seal: z.string(),
  })
  .meta({ id: 'Checkpoint', description: 'How far the record went at a time.' });

export const auditStateShape = z
  .strictObject({
    firstSeq: numberOrNull,
    lastSeq: numberOrNull,
    lastHash: textOrNull,
    unsealed: number.describe('Rows of an older release that are still to be sealed.'),
    removed: z
      .strictObject({ throughSeq: number, to: time })
      .nullable()
      .describe('What was removed for its age.'),
    keep: z.number().nullable().describe('How old a row may become, in seconds; null keeps all.'),
    checkpoint: checkpointShape.nullable(),
  })
  .meta({ id: 'RecordState' });

export const verificationShape = z
  .strictObject({
    startedAt: time,
    endedAt: timeOrNull.describe('Null while it runs.'),
    rows: number.describe('Checked so far.'),
    lastSeq: number.describe('The row with which the record ends.'),
    verdict: z
      .looseObject({
        ok: z.boolean(),
        seq: number.optional().describe('The first row that does not fit.'),
        why: z.string().optional(),
        detail: z.string().optional(),
      })
      .nullable(),
    failed: textOrNull.describe('Why there is no verdict.'),
  })
  .meta({ id: 'Verification' });

export const checkpointAnswer = ({
  seq,
  hash,
  at,
  seal,
}: Checkpoint): z.output<typeof checkpointShape> => ({ seq, hash, at: iso(at), seal });

export const auditStateAnswer = (state: AuditState): z.output<typeof auditStateShape> => ({
  firstSeq: state.firstSeq,
  lastSeq: state.lastSeq,
  lastHash: state.lastHash,
  unsealed: state.unsealed,
  removed: state.removed && {
    throughSeq: state.removed.throughSeq,
    to: iso(state.removed.to),
  },
  keep: state.keep,
  checkpoint: state.checkpoint && checkpointAnswer(state.checkpoint),
});

export function verificationAnswer(state: VerificationState): z.output<typeof verificationShape> {
  const { verdict } = state;
  return {
    startedAt: iso(state.startedAt),
    endedAt: isoOrNull(state.endedAt),
    rows: state.rows,
    lastSeq: state.lastSeq,
    verdict:
      verdict?.ok && verdict.sealedLate
        ? {
            ...verdict,
            sealedLate: { ...verdict.sealedLate, at: iso(verdict.sealedLate.at) },
          }
        : verdict,
    failed: state.failed,
  };
}
