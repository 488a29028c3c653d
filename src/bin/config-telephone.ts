import { z } from 'zod';
import { duration, path, timeZone } from './config-values.ts';

/** The parts of the configuration that are about the telephone. */

export const lockout = (forgiven: number, first: number, longest: number) =>
  z
    .strictObject({
      forgiven: z.int().min(1).max(1000).default(forgiven),
      first: duration.default(first),
      longest: duration.default(longest),
      memory: duration.default(86_400),
    })
    .refine(({ first, longest }) => first <= longest, 'first must not be longer than longest')
    .refine(({ longest, memory }) => longest <= memory, 'longest must not be longer than memory')
    .prefault({});

const calls = (usual: number) => z.int().min(1).max(100_000).default(usual);

/** Who is answered at all. */
export const admissionRules = z
  .strictObject({
    at_once: calls(50),
    per_caller_at_once: calls(2),
    per_caller_per_hour: calls(20),
    withheld_at_once: calls(10),
    withheld_per_hour: calls(60),
    per_minute: calls(120),
    /** Treated like the numbers on users' lists: twice the calls at once, no limit by the hour or by the brake. */
    exceptions: z.array(z.string()).max(1000).default([]),
    refuse_with: z.enum(['busy', 'congestion']).default('busy'),
    brake: z
      .strictObject({
        failures: calls(60),
        within: duration.default(600),
        for: duration.default(600),
      })
      .prefault({}),
  })
  .prefault({});

const inQuotes = 'digits in quotes, such as "00"';
const prefix = z.string({ error: inQuotes }).regex(/^[0-9]{0,4}$/, 'at most four digits');

/** How numbers are dialled where the PBX stands, so that one number is one number. */
export const dialling = z
  .strictObject({
    country: z
      .string({ error: inQuotes })
      .regex(/^([1-9][0-9]{0,2})?$/, 'a country calling code such as "49", or ""')
      .default(''),
    international: prefix.default('00'),
    trunk: prefix.default(''),
  })
  .refine(
    ({ international, trunk }) => international !== trunk || trunk === '',
    'international and trunk must differ, or no number could be read',
  )
  .prefault({});

/** The gate's own number, as people dial it; calls come in whatever stands here. */
export const telephone = z
  .strictObject({
    number: z
      .string({ error: 'a telephone number in quotes, such as "+1 555 0142"' })
      .regex(
        /^(?=[^]{1,40}$)\+?[0-9][0-9 ()./-]*$/,
        'a telephone number such as "+1 555 0142", or an extension such as "100"',
      )
      .optional(),
  })
  .prefault({});

export const callBack = z.strictObject({
  endpoint: z
    .string({ error: 'an Asterisk endpoint such as PJSIP/{number}@carrier' })
    .regex(/^[A-Za-z]+\/.*\{number\}.*$/, 'an Asterisk endpoint such as PJSIP/{number}@carrier'),
  caller_id: z.string().min(1).optional(),
  ring_for: duration
    .refine((s) => s <= 600, 'a duration of at most 10m, because no telephone rings for longer')
    .default(30),
  per_hour: z.int().min(1).max(1000).default(6),
});

export const pairingRules = z
  .strictObject({
    enabled: z.boolean().default(true),
    window: duration.refine((s) => s >= 10 && s <= 120, 'a duration from 10s to 120s').default(60),
    /** What is opened for a caller who comes by IPv6. */
    ipv6: z.enum(['address', 'network']).default('address'),
  })
  .prefault({});

const language = z.string().regex(/^[a-z]{2,3}$/, 'a language such as en');

export const speechRules = z
  .strictObject({
    /** In which calls begin, unless the number dialled has its own. */
    language: language.default('en'),
    /** Those that users may have, besides. */
    languages: z.array(language).max(20).default([]),
    /** Those that are offered at the greeting, in the order of their keys. */
    offer: z.array(language).max(9).default([]),
    by_number: z
      .record(
        z.string().regex(/^[0-9*#+A-Za-z_.-]{1,40}$/, 'a number as Asterisk has it dialled'),
        language,
      )
      .default({}),
    /** Where the languages' folders lie; by default those that ship with dialgate. */
    sounds: path.optional(),
    /** A site's own recordings, by language and prompt. */
    recordings: path.optional(),
    cache: path.default('/var/cache/dialgate/sounds'),
    time_zone: timeZone.optional(),
  })
  .prefault({});
