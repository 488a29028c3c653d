import { z } from 'zod';
import type { SeenService, Status } from '../../access/administration.ts';
import { guardStates } from '../../domain/firewall.ts';
import { number, numberOrNull, texts, textOrNull } from './common.ts';

const partShape = z.strictObject({ ok: z.boolean(), why: z.string().optional() });
const partsShape = z.strictObject({
  asterisk: partShape,
  helper: partShape,
  database: partShape,
});

/** That the process answers, which is all that strangers are told. */
export const aliveShape = z.strictObject({ ok: z.literal(true) });

/** No more than that: the parts are told behind the door. */
export const readyShape = z.strictObject({ ok: z.boolean() });

export const healthShape = z
  .strictObject({ ok: z.boolean(), parts: partsShape, version: z.string() })
  .meta({ id: 'Health' });

export const statusShape = z
  .strictObject({
    ok: z.boolean().describe('Every part is well, and strangers are not refused.'),
    version: z.string(),
    parts: partsShape,
    calls: z
      .strictObject({
        inProgress: number,
        refused: z.record(z.string(), number).describe('Since the start, by reason.'),
      })
      .nullable()
      .describe('Null where no server runs.'),
    brake: z
      .strictObject({ on: z.boolean(), failures: number.describe('Since the start.') })
      .nullable(),
    openAddresses: numberOrNull,
    standing: z
      .strictObject({ entries: number, failing: number })
      .nullable()
      .describe('Standing entries, and those of them whose name is not answered.'),
    guard: z
      .enum(guardStates)
      .nullable()
      .describe('Whether strangers are turned away; null where the gate is no guard.'),
    warnings: texts.describe('What does not work as it should where the gate is.'),
  })
  .meta({ id: 'Status' });
/** What is null is not known: where no server runs, or the database cannot say. */
export type StatusAnswer = z.output<typeof statusShape>;

export const serviceShape = z
  .strictObject({
    name: z.string(),
    ports: texts.nullable(),
    about: textOrNull,
    usual: z.boolean().describe('Opened for users who have no services of their own.'),
    users: number.describe('Enabled users who have it among services of their own.'),
  })
  .meta({ id: 'Service' });
export type ServiceAnswer = z.output<typeof serviceShape>;

export const serviceAnswer = (service: SeenService): ServiceAnswer => ({
  name: service.name,
  ports: service.ports,
  about: service.about,
  usual: service.usual,
  users: service.users,
});

export const statusAnswer = ({
  health,
  admission,
  openAddresses,
  standing,
  warnings,
  guard,
}: Status): StatusAnswer => ({
  ok: health.ok && admission?.braking !== true,
  version: health.version,
  parts: health.parts,
  calls: admission ? { inProgress: admission.inProgress, refused: admission.refused } : null,
  brake: admission ? { on: admission.braking, failures: admission.failures } : null,
  openAddresses: openAddresses ?? null,
  standing: standing ?? null,
  guard: guard ?? null,
  warnings,
});
