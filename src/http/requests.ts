import { z } from 'zod';
import { isLockoutSubject } from '../access/administration.ts';
import type { Address } from '../domain/address.ts';
import { auditKinds, type AuditKind } from '../domain/attempt.ts';
import { shortestGrant } from '../domain/grant.ts';
import { parseKnockCode } from '../domain/knock-code.ts';
import { noticeStates } from '../domain/notice.ts';
import { parsePin } from '../domain/pin.ts';
import { roles } from '../domain/token.ts';
import { isUserName } from '../domain/user.ts';
import { failureCursor, nameCursor, numberCursor, type Cursor } from './cursor.ts';
import { readAddress } from './read-address.ts';
import { isRowNumber, text, timeTo, wholeNumber } from './request-text.ts';
import { userSettings } from './user-settings.ts';

/** What may be asked. Each field carries one sentence that says what is allowed there. */

const name = text(
  'must be 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit',
  isUserName,
  { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', examples: ['mira'] },
);
const address = text(
  'must be an IPv4 or IPv6 host, or the /64 of an IPv6 host, such as 203.0.113.7, 2001:db8::7 or 2001:db8:0:1::/64',
  (value) => readAddress(value) !== undefined,
  { maxLength: 49, examples: ['203.0.113.7', '2001:db8::7'] },
).transform((value) => readAddress(value) as Address);

const id = wholeNumber('must be a whole number from 1', Number.MAX_SAFE_INTEGER);

export const nothing = z.strictObject({});
export const byName = z.strictObject({ name });
export const byId = z.strictObject({ id });

/** What stands in a link is not told apart from what does not: each is looked up, and is good or is not. */
export const bySigned = z.strictObject({
  signed: text(
    'must be what stands in a link, at most 200 characters',
    (value) => value.length <= 200,
    {
      maxLength: 200,
    },
  ),
});

export const bySubject = z.strictObject({
  subject: text(
    'must be the subject of a lockout, such as caller:15550123, user:7 or user:7/caller:15550123',
    isLockoutSubject,
    { maxLength: 250, examples: ['caller:15550123'] },
  ),
});

export const newUser = z.strictObject({
  name,
  ...userSettings,
  knockCode: text(
    'must be three numbers from 1 to 65535 with * between them',
    (value) => parseKnockCode(value) !== undefined,
    { pattern: '^[0-9]{1,5}\\*[0-9]{1,5}\\*[0-9]{1,5}$', examples: ['233*245*478'] },
  ).optional(),
  pin: text('must be 4 to 12 digits', (value) => parsePin(value) !== undefined, {
    pattern: '^[0-9]{4,12}$',
  }).optional(),
});

export const userChange = z
  .strictObject(userSettings)
  .refine((changes) => Object.keys(changes).length > 0, {
    error: `must name at least one of ${Object.keys(userSettings).join(', ')}`,
  })
  .meta({ minProperties: 1 });

const seconds = `must be a whole number of seconds, at least ${shortestGrant}`;
const lasting = z.int({ error: seconds }).min(shortestGrant, { error: seconds }).optional();
export const newGrant = z.strictObject({ user: name, address, seconds: lasting });
export const grantExtension = z.strictObject({ seconds: lasting });

const oneOf = 'must name exactly one of user, address and all=true: nothing is closed by a slip';
export const grantsToClose = z
  .strictObject({
    user: name.optional(),
    address: address.optional(),
    all: z.literal('true', { error: 'must be true, or left out' }).optional(),
  })
  .refine((which) => Object.values(which).filter((value) => value !== undefined).length === 1, {
    error: oneOf,
    path: ['user'],
  });

export const newToken = z.strictObject({
  name,
  role: z.enum(roles, { error: `must be ${roles.join(', ')}` }),
  expiresAt: timeTo('must be a time such as 2026-01-31T12:00:00Z, or null for no end')
    .nullable()
    .optional(),
});

/** The door has looked at it by then. */
export const signingIn = z.strictObject({
  token: z.string({ error: 'must be a token' }).max(512, { error: 'must be a token' }),
});

/** Without it, the last token that may do everything is not revoked: nobody could make another by this door. */
export const revocation = z.strictObject({
  last: z.literal('true', { error: 'must be true, or left out' }).optional(),
});

/** The most rows in one answer: the store's thousand, less the one that tells whether there are more. */
const mostRows = 500;
const limit = wholeNumber(`must be a whole number from 1 to ${mostRows}`, mostRows).default(100);

/** What every list takes. */
const pageOf = <Key>(cursor: Cursor<Key>) => ({ cursor: cursor.schema.optional(), limit });

export const userCursor = nameCursor('users', isUserName);
export const tokenCursor = nameCursor('tokens', isUserName);
export const lockoutCursor = failureCursor('lockouts', isLockoutSubject);
export const grantCursor = numberCursor('grants');
export const entryCursor = numberCursor('entries');
export const callCursor = numberCursor('calls');
export const auditCursor = numberCursor('audit');
export const noticeCursor = numberCursor('notices');

export const usersWanted = z.strictObject(pageOf(userCursor));
export const tokensWanted = z.strictObject(pageOf(tokenCursor));
export const lockoutsWanted = z.strictObject(pageOf(lockoutCursor));
export const entriesWanted = z.strictObject({
  find: text(
    'must be at most 100 characters of a label, a target, a note or an address',
    (value) => /^[^\p{C}]{1,100}$/u.test(value),
    { maxLength: 100, examples: ['203.0.113'] },
  ).optional(),
  failing: z.literal('true', { error: 'must be true, or left out' }).optional(),
  ...pageOf(entryCursor),
});

export const noticesWanted = z.strictObject({
  state: z
    .enum(noticeStates, { error: `must be ${noticeStates.join(', ')}, or left out` })
    .optional(),
  ...pageOf(noticeCursor),
});

export const grantsWanted = z.strictObject({
  state: z.enum(['active', 'all'], { error: 'must be active or all' }).default('active'),
  userId: id.optional(),
  address: address.optional(),
  ...pageOf(grantCursor),
});

export const callsWanted = z.strictObject({
  userId: id.optional(),
  callerNumber: text(
    'must be a telephone number as the calls show it, at most 64 characters',
    (value) => /^[^\p{C}]{1,64}$/u.test(value),
    { maxLength: 64 },
  ).optional(),
  inProgress: z.literal('true', { error: 'must be true, or left out' }).optional(),
  ...pageOf(callCursor),
});

const auditAbout = {
  userId: id.optional(),
  address: address.optional(),
  callId: id.optional(),
  caller: text(
    'must be a telephone number, or withheld, at most 64 characters',
    (value) => /^[^\p{C}]{1,64}$/u.test(value),
    { maxLength: 64, examples: ['15550123'] },
  ).optional(),
  actor: text(
    'must be such as token:ops, cli:mira, call:12 or system',
    (value) => /^(system|(token|cli|call|link):[A-Za-z0-9._-]{1,64})$/.test(value),
    { examples: ['token:ops'] },
  ).optional(),
};

const auditSpan = {
  kind: z.enum(auditKinds, { error: `must be one of ${auditKinds.join(', ')}` }).optional(),
  ...auditAbout,
  from: timeTo('must be a time such as 2026-01-31T12:00:00Z').optional(),
  to: timeTo('must be a time such as 2026-01-31T12:00:00Z').optional(),
};

export const auditWanted = z.strictObject({ ...auditSpan, ...pageOf(auditCursor) });

const moment = timeTo('must be a time such as 2026-01-31T12:00:00Z');
const forwards = 'must be later than from';
const mostColumns = 1000;
const kindList = text(
  `must be kinds with commas between them, of ${auditKinds.join(', ')}`,
  (value) => value.split(',').every((kind) => (auditKinds as readonly string[]).includes(kind)),
  { examples: ['attempt-refused,gate-opened'] },
).transform((value) => value.split(',') as AuditKind[]);

export const countsWanted = z
  .strictObject({
    from: moment,
    to: moment,
    step: wholeNumber('must be the seconds of a column, from 1', 400 * 86_400),
    kind: kindList.optional(),
    ...auditAbout,
  })
  .refine(({ from, to }) => to > from, { error: forwards, path: ['to'] })
  .refine(({ from, to, step }) => !(step >= 1) || to - from <= mostColumns * step * 1000, {
    error: `must be longer: there are ${mostColumns} columns at most`,
    path: ['step'],
  });

export const callersWanted = z
  .strictObject({
    from: moment,
    to: moment,
    limit: wholeNumber('must be a whole number from 1 to 100', 100).default(10),
  })
  .refine(({ from, to }) => to > from, { error: forwards, path: ['to'] });

/** Of events; 0 is before the first row. */
const seq = text('must be the number of a row of the record', isRowNumber, {
  pattern: '^[0-9]{1,15}$',
}).transform(Number);
export const eventsWanted = z.strictObject({ after: seq.optional() });

export const auditExport = z.strictObject({
  ...auditSpan,
  format: z.enum(['ndjson', 'csv'], { error: 'must be ndjson or csv' }).default('ndjson'),
});
