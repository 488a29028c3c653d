import { z } from 'zod';
import {
  isLabel,
  isNote,
  isSource,
  longestNote,
  parseTarget,
  withoutHostBits,
} from '../domain/entry.ts';
import { text, timeTo, uncheckedAs } from './request-text.ts';
import { userSettings } from './user-settings.ts';

/** What may be asked about standing entries. */

const label = text(
  'must be 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit',
  isLabel,
  { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', examples: ['carrier'] },
);
const end = 'must be a time such as 2026-01-31T12:00:00Z, or null for no end';

const settings = {
  services: userSettings.services,
  expiresAt: timeTo(end).nullable().optional(),
  note: text(`must be at most ${longestNote} characters on one line`, isNote).optional(),
};

function insteadOf(value: string): string | undefined {
  const instead = value.length <= 255 ? withoutHostBits(value) : undefined;
  return instead && `must be ${instead}`;
}

export const byLabel = z.strictObject({ label });

export const newEntry = z.strictObject({
  label,
  target: text(
    'must be a host such as 203.0.113.7, a network such as 198.51.100.0/24 (nothing set behind the prefix), or a name such as sip.example.net',
    (value) => value.length <= 255 && parseTarget(value) !== undefined,
    { maxLength: 255, examples: ['198.51.100.0/24', 'sip.example.net'] },
    insteadOf,
  ),
  ...settings,
  source: text('must be administrator, catalogue, or import: and a word', isSource).optional(),
});

export const entryChange = z
  .strictObject(settings)
  .refine((changes) => Object.keys(changes).length > 0, {
    error: `must name at least one of ${Object.keys(settings).join(', ')}`,
  })
  .meta({ minProperties: 1 });

/** They are written in one go, while nobody else has a turn: some 60 ms for so many, sealed, on a quiet machine. */
export const mostAtOnce = 1000;
/** Room for as many with long notes. Bytes. */
export const largestBatch = 1024 * 1024;
const batch = `must be a list of 1 to ${mostAtOnce} entries`;

/** Each is checked by itself: one that is malformed costs no other. */
export const entryBatch = z.strictObject({
  entries: z
    .array(uncheckedAs(newEntry), { error: batch })
    .min(1, { error: batch })
    .max(mostAtOnce, { error: batch }),
});
