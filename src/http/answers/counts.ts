import { z } from 'zod';
import type { AuditCallers, AuditCounts } from '../../access/administration.ts';
import { auditKinds } from '../../domain/attempt.ts';
import { iso, isoOrNull, number, time, timeOrNull } from './common.ts';

const reach = {
  complete: z.boolean(),
  countedFrom: timeOrNull.describe(
    'Where it is not complete: before this time not all was counted, because that would be too much work.',
  ),
};

export const countsShape = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          at: time.describe('When the column begins.'),
          counts: z.partialRecord(z.enum(auditKinds), number),
        }),
      )
      .readonly()
      .describe('Oldest first; columns in which there was nothing are left out.'),
    ...reach,
  })
  .meta({ id: 'AuditCounts' });
export type CountsAnswer = z.output<typeof countsShape>;

export const callersShape = z
  .strictObject({
    items: z
      .array(z.strictObject({ caller: z.string(), failures: number, lastAt: time }))
      .readonly()
      .describe('The most often first.'),
    ...reach,
  })
  .meta({ id: 'AuditCallers' });
export type CallersAnswer = z.output<typeof callersShape>;

export const countsAnswer = ({ columns, countedFrom }: AuditCounts): CountsAnswer => ({
  items: columns.map(({ at, counts }) => ({ at: iso(at), counts })),
  complete: countedFrom === null,
  countedFrom: isoOrNull(countedFrom),
});

export const callersAnswer = ({ callers, countedFrom }: AuditCallers): CallersAnswer => ({
  items: callers.map(({ caller, failures, lastAt }) => ({ caller, failures, lastAt: iso(lastAt) })),
  complete: countedFrom === null,
  countedFrom: isoOrNull(countedFrom),
});
