import { z } from 'zod';
import type { BatchOutcome, SeenEntry } from '../access/entries.ts';
import { accessErrorCodes } from '../domain/access-error.ts';
import { targetKinds, targetText, type Resolution } from '../domain/entry.ts';
import { iso, isoOrNull, number, texts, textOrNull, time, timeOrNull } from './answers/common.ts';

const resolutionShape = z
  .strictObject({
    addresses: texts,
    resolvedAt: timeOrNull.describe('When it was last answered.'),
    changedAt: timeOrNull.describe('When the addresses last became others.'),
    failingSince: timeOrNull.describe('Null while it is well.'),
    failure: textOrNull,
  })
  .meta({ id: 'Resolution' });

export const entryShape = z
  .strictObject({
    id: number,
    label: z.string(),
    kind: z.enum(targetKinds),
    target: z.string(),
    services: texts,
    expiresAt: timeOrNull,
    note: z.string(),
    source: z.string(),
    createdAt: time,
    resolution: resolutionShape
      .nullable()
      .describe('What its name means; null for a host or a network.'),
    refused: textOrNull.describe(
      'Why the gate does not take it, or some of its addresses; null as far as is known.',
    ),
  })
  .meta({ id: 'Entry' });
/** The target as text; `kind` tells what it is. */
export type EntryAnswer = z.output<typeof entryShape>;

export const namedAddressShape = z
  .strictObject({ address: z.string(), names: texts })
  .meta({ id: 'NamedAddress' });
export type NamedAddressAnswer = z.output<typeof namedAddressShape>;

const position = number.describe('Its position in the batch, from 0.');
/** What became of one of many. */
const batchItemShape = z
  .discriminatedUnion('outcome', [
    z.strictObject({ at: position, outcome: z.literal('added') }),
    z.strictObject({ at: position, outcome: z.literal('present') }),
    z.strictObject({
      at: position,
      outcome: z.literal('refused'),
      code: z.enum(accessErrorCodes).describe('That of the problem which it alone would be.'),
      detail: z.string().describe('Why, and what to do about it.'),
    }),
  ])
  .meta({ id: 'BatchItem' });

export const batchShape = z
  .strictObject({
    added: number,
    present: number.describe('There already, the same.'),
    refused: number,
    items: z.array(batchItemShape).readonly(),
  })
  .meta({ id: 'Batch' });
export type BatchAnswer = z.output<typeof batchShape>;

export const catalogueShape = z
  .strictObject({
    asOf: z.string(),
    items: z.array(z.strictObject({ provider: z.string(), names: texts })).readonly(),
    next: z.null(),
  })
  .meta({ id: 'Catalogue' });
export type CatalogueAnswer = z.output<typeof catalogueShape>;

export const entryAnswer = (entry: SeenEntry): EntryAnswer => ({
  id: entry.id,
  label: entry.label,
  kind: entry.target.kind,
  target: targetText(entry.target),
  services: entry.services,
  expiresAt: isoOrNull(entry.expiresAt),
  note: entry.note,
  source: entry.source,
  createdAt: iso(entry.createdAt),
  resolution: entry.resolution && resolutionAnswer(entry.resolution),
  refused: entry.refused,
});

export function batchAnswer(outcomes: readonly BatchOutcome[]): BatchAnswer {
  const count = (wanted: BatchOutcome['kind']): number =>
    outcomes.filter(({ kind }) => kind === wanted).length;
  return {
    added: count('added'),
    present: count('present'),
    refused: count('refused'),
    items: outcomes.map((one, at) =>
      one.kind === 'refused'
        ? { at, outcome: one.kind, code: one.error.code, detail: one.error.message }
        : { at, outcome: one.kind },
    ),
  };
}

const resolutionAnswer = (resolution: Resolution): z.output<typeof resolutionShape> => ({
  addresses: resolution.addresses,
  resolvedAt: isoOrNull(resolution.resolvedAt),
  changedAt: isoOrNull(resolution.changedAt),
  failingSince: isoOrNull(resolution.failingSince),
  failure: resolution.failure,
});
