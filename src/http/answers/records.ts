import { z } from 'zod';
import type { CallNow, SeenCall } from '../../access/administration.ts';
import { auditKinds, callOutcomes, callSteps, type AuditRow } from '../../domain/attempt.ts';
import { attestations } from '../../domain/user.ts';
import { iso, isoOrNull, number, numberOrNull, textOrNull, time, timeOrNull } from './common.ts';

export const callShape = z
  .strictObject({
    id: number,
    callerNumber: textOrNull.describe('As Asterisk presents it; null when withheld.'),
    dialled: z.string(),
    attestation: z.enum(attestations).nullable(),
    callBackOf: numberOrNull.describe('The call that this one answers.'),
    beganAt: time,
    endedAt: timeOrNull,
    outcome: z.enum(callOutcomes).nullable(),
    userId: numberOrNull,
    step: z
      .enum(callSteps)
      .nullable()
      .describe('Where the caller is now, as far as the record tells; null when it has ended.'),
  })
  .meta({ id: 'Call' });
export type CallAnswer = z.output<typeof callShape>;

export const auditShape = z
  .strictObject({
    seq: number,
    at: time,
    actor: z.string(),
    kind: z.enum(auditKinds),
    userId: number.optional(),
    grantId: number.optional(),
    callId: number.optional(),
    address: z.string().optional(),
    caller: z.string().optional().describe('Of what belongs to a call: its telephone.'),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .meta({ id: 'AuditRow' });
export type AuditAnswer = z.output<typeof auditShape>;

export const seenCallShape = callShape
  .extend({
    steps: z.array(auditShape).readonly().describe('In the order in which they happened.'),
  })
  .meta({ id: 'CallWithSteps' });

export const callAnswer = (call: CallNow): CallAnswer => ({
  id: call.id,
  callerNumber: call.callerNumber,
  dialled: call.dialled,
  attestation: call.attestation,
  callBackOf: call.callBackOf,
  beganAt: iso(call.beganAt),
  endedAt: isoOrNull(call.endedAt),
  outcome: call.outcome,
  userId: call.userId,
  step: call.step,
});

export const auditAnswer = (row: AuditRow): AuditAnswer => ({
  seq: row.seq,
  at: iso(row.at),
  actor: row.actor,
  kind: row.kind,
  userId: row.userId,
  grantId: row.grantId,
  callId: row.callId,
  address: row.address,
  caller: row.caller,
  detail: row.detail,
});

export const seenCallAnswer = (call: SeenCall): z.output<typeof seenCallShape> => ({
  ...callAnswer(call),
  steps: call.steps.map(auditAnswer),
});
