import { z } from 'zod';
import { auditKinds } from '../domain/attempt.ts';
import { isEmail } from '../domain/email.ts';
import { isTellable } from '../access/notices/wanted.ts';
import { duration, path, port } from './config-values.ts';

/** The parts of the configuration that are about telling others what has happened. */

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.[0-9.]+$/.test(host);

/** In clear only to this host itself. */
const safeUrl = (what: string) =>
  z
    .url({ protocol: /^https?$/, error: what })
    .refine(
      (text) =>
        !URL.canParse(text) ||
        new URL(text).protocol === 'https:' ||
        isLoopback(new URL(text).hostname),
      `${what} (http:// goes to this host alone: what is sent would be read on the way)`,
    )
    .refine(
      (text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '',
      `${what}, without a user and password in it`,
    );

const webhookUrl = safeUrl('an https URL such as https://hooks.example.net/dialgate');

const email = z
  .string({ error: 'an e-mail address' })
  .refine(isEmail, 'an e-mail address such as ops@example.net');

/** A webhook and the file that holds its secret. */
export const checkpointWebhook = z.strictObject({ url: webhookUrl, secret_file: path });

const webhook = z.strictObject({
  url: webhookUrl,
  secret_file: path,
  /** Kinds of the record, instead of the usual ones. */
  events: z
    .array(z.enum(auditKinds.filter(isTellable)))
    .min(1)
    .optional(),
});

const usualPorts = { tls: 465, starttls: 587, none: 25 } as const;

const smtp = z
  .strictObject({
    host: z
      .string({ error: 'the name of a mail server' })
      .regex(/^[A-Za-z0-9.:-]{1,253}$/, 'the name of a mail server such as mail.example.net'),
    port: port.optional(),
    security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
    user: z.string().min(1).optional(),
    password_file: path.optional(),
    /** Certificates in PEM that are trusted instead of the system's. */
    ca_file: path.optional(),
    from: email,
  })
  .refine(
    ({ user, password_file: file }) => (user === undefined) === (file === undefined),
    'user and password_file go together',
  )
  .refine(
    ({ user, security }) => user === undefined || security !== 'none',
    'security must be starttls or tls where there is a password',
  )
  .transform((given) => ({ ...given, port: given.port ?? usualPorts[given.security] }));

export const notifyRules = z
  .strictObject({
    webhooks: z.array(webhook).max(16).default([]),
    smtp: smtp.optional(),
    administrators: z
      .array(email)
      .max(16)
      .transform((all) => [...new Set(all)])
      .default([]),
    /** Where users reach us from wherever they are, for the link "this was not me". */
    base_url: safeUrl('an https URL such as https://gate.example.net')
      .refine((text) => !/[?#]/.test(text), 'a URL without ? and #')
      .transform((text) => text.replace(/\/+$/, ''))
      .optional(),
    link_for: duration
      .refine((s) => s >= 600 && s <= 7 * 86_400, 'a duration from 10m to 7d')
      .default(86_400),
    give_up_after: duration
      .refine((s) => s >= 60 && s <= 7 * 86_400, 'a duration from 60s to 7d')
      .default(86_400),
  })
  .refine(
    ({ webhooks }) => new Set(webhooks.map(({ url }) => url)).size === webhooks.length,
    'webhooks names a URL twice',
  )
  .prefault({});
