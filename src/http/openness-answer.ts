import { z } from 'zod';
import type { Openness } from '../access/administration.ts';
import { targetText } from '../domain/entry.ts';
import { iso, isoOrNull, texts, timeOrNull } from './answers/common.ts';
import { grantShape } from './answers/grants.ts';
import { entryShape } from './entry-answers.ts';

const grant = { id: true, userName: true, address: true, services: true, expiresAt: true } as const;
const entry = {
  label: true,
  kind: true,
  target: true,
  services: true,
  expiresAt: true,
  refused: true,
} as const;

export const opennessShape = z
  .strictObject({
    address: z.string(),
    open: z.boolean().describe('Whether a grant or an entry lets it in to anything.'),
    services: z
      .array(z.strictObject({ service: z.string(), until: timeOrNull }))
      .readonly()
      .describe('Each with its latest end; null is no end.'),
    grants: z
      .array(grantShape.pick(grant))
      .readonly()
      .describe('Of the address, or of the /64 that it is in.'),
    entries: z.array(entryShape.pick(entry)).readonly(),
    gate: z
      .strictObject({ ok: z.boolean(), why: z.string().optional() })
      .describe('Whether the gate answers; where it does not, all this is what is on record.'),
    warnings: texts.describe('What does not work as it should where the gate is.'),
  })
  .meta({ id: 'Openness' });
export type OpennessAnswer = z.output<typeof opennessShape>;

export const opennessAnswer = (one: Openness): OpennessAnswer => ({
  address: one.address,
  open: one.services.length > 0,
  services: one.services.map(({ service, until }) => ({ service, until: isoOrNull(until) })),
  grants: one.grants.map(({ id, userName, address, services, expiresAt }) => ({
    id,
    userName,
    address,
    services,
    expiresAt: iso(expiresAt),
  })),
  entries: one.entries.map(({ label, target, services, expiresAt, refused }) => ({
    label,
    kind: target.kind,
    target: targetText(target),
    services,
    expiresAt: isoOrNull(expiresAt),
    refused,
  })),
  gate: one.gate,
  warnings: one.warnings,
});
