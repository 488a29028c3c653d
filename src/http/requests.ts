import { z } from 'zod';
import { parseAddress, type Address } from '../domain/address.ts';
import type { AuditKind } from '../domain/attempt.ts';
import { parseKnockCode } from '../domain/knock-code.ts';
import { parsePin } from '../domain/pin.ts';
import { isServiceName } from '../domain/service.ts';
import { isUserName } from '../domain/user.ts';

/** What may be asked. Each field carries one sentence that says what is allowed there. */

function text(allowed: string, fits: (text: string) => boolean): z.ZodString {
  return z.string({ error: allowed }).refine(fits, { error: allowed });
}

const name = text(
  'must be 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit',
  isUserName,
);
const address = text(
  'must be an IPv4 address such as 203.0.113.7',
  (value) => parseAddress(value) !== undefined,
);
const service = text('must be the name of a service, such as web', isServiceName);
const severalServices = 'must be a list of at most 32 services';

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

export const newUser = z.strictObject({
  name,
  services: z
    .array(service, { error: severalServices })
    .max(32, { error: severalServices })
    .optional(),
  knockCode: text(
    'must be three numbers from 1 to 65535 with * between them',
    (value) => parseKnockCode(value) !== undefined,
  ).optional(),
  pin: text('must be 4 to 12 digits', (value) => parsePin(value) !== undefined).optional(),
});

export const userChange = z.strictObject({
  disabled: z.boolean({ error: 'must be true or false' }),
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

/** A record, so that the compiler misses none. */
const kinds: Record<AuditKind, true> = {
  'call-began': true,
  'call-ended': true,
  'attempt-accepted': true,
  'attempt-refused': true,
  'lockout-began': true,
  'address-refused': true,
  'gate-opened': true,
  'gate-failed': true,
  'gate-renewed': true,
  'gate-closed': true,
  'gate-expired': true,
  'gate-healed': true,
  'user-created': true,
  'user-disabled': true,
  'user-enabled': true,
  'pin-reset': true,
  'token-created': true,
  'token-revoked': true,
  'server-started': true,
  'server-stopped': true,
};
const kindNames = Object.keys(kinds) as AuditKind[];

export const auditWanted = z.strictObject({
  kind: z.enum(kindNames, { error: `must be one of ${kindNames.join(', ')}` }).optional(),
  userId: id.optional(),
  address: address.transform((value) => value as Address).optional(),
  callId: id.optional(),
  ...page,
});
