import { z } from 'zod';
import type { SeenEntry } from '../access/entries.ts';
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

const resolutionAnswer = (resolution: Resolution): z.output<typeof resolutionShape> => ({
  addresses: resolution.addresses,
  resolvedAt: isoOrNull(resolution.resolvedAt),
  changedAt: isoOrNull(resolution.changedAt),
  failingSince: isoOrNull(resolution.failingSince),
  failure: resolution.failure,
});
