import { z } from 'zod';
import { isLockoutSubject } from '../access/administration.ts';
import type { Address } from '../domain/address.ts';
import { auditKinds } from '../domain/attempt.ts';
import { parseKnockCode } from '../domain/knock-code.ts';
import { parsePin } from '../domain/pin.ts';
import { isUserName } from '../domain/user.ts';
import { readAddress } from './read-address.ts';
import { text } from './request-text.ts';
import { userSettings } from './user-settings.ts';

/** What may be asked. Each field carries one sentence that says what is allowed there. */

const name = text(
  'must be 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit',
  isUserName,
);
const address = text(
  'must be an IPv4 or IPv6 host, or the /64 of an IPv6 host, such as 203.0.113.7, 2001:db8::7 or 2001:db8:0:1::/64',
  (value) => readAddress(value) !== undefined,
).transform((value) => readAddress(value) as Address);

/** Query strings hold text only; ids are whole numbers from 1. */
const wholeNumber = (allowed: string, most: number): z.ZodType<number, string> =>
  z
    .string({ error: allowed })
    .regex(/^[1-9][0-9]{0,15}$/, { error: allowed })
    .transform(Number)
    .refine((value) => value <= most, { error: allowed });

const id = wholeNumber('must be a whole number from 1', Number.MAX_SAFE_INTEGER);

export const nothing = z.strictObject({});
export const byName = z.strictObject({ name });
export const byId = z.strictObject({ id });

export const bySubject = z.strictObject({
  subject: text(
    'must be the subject of a lockout, such as caller:15550123, user:7 or user:7/caller:15550123',
    isLockoutSubject,
  ),
});

export const newUser = z.strictObject({
  name,
  ...userSettings,
  knockCode: text(
    'must be three numbers from 1 to 65535 with * between them',
    (value) => parseKnockCode(value) !== undefined,
  ).optional(),
  pin: text('must be 4 to 12 digits', (value) => parsePin(value) !== undefined).optional(),
});

export const userChange = z
  .strictObject(userSettings)
  .refine((changes) => Object.keys(changes).length > 0, {
    error: `must name at least one of ${Object.keys(userSettings).join(', ')}`,
  });

const seconds = 'must be a whole number of seconds, at least 1';
export const newGrant = z.strictObject({
  user: name,
  address,
  seconds: z.int({ error: seconds }).min(1, { error: seconds }).optional(),
});

export const newToken = z.strictObject({
  name,
  role: z.enum(['admin', 'auditor'], { error: 'must be admin or auditor' }),
});

/** The most rows in one answer: the store's thousand, less the one that tells whether there are more. */
const mostRows = 500;
const page = {
  before: id.optional(),
  limit: wholeNumber(`must be a whole number from 1 to ${mostRows}`, mostRows).default(100),
};

export const pageOnly = z.strictObject(page);

export const grantsWanted = z.strictObject({
  state: z.enum(['active', 'all'], { error: 'must be active or all' }).default('active'),
  ...page,
});

export const auditWanted = z.strictObject({
  kind: z.enum(auditKinds, { error: `must be one of ${auditKinds.join(', ')}` }).optional(),
  userId: id.optional(),
  address: address.optional(),
  callId: id.optional(),
  ...page,
});
