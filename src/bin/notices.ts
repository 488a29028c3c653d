import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Gate } from '../access/gate.ts';
import { createNotices, type Notices } from '../access/notices/notices.ts';
import { createNotMeLinks } from '../access/notices/not-me-link.ts';
import { createNotMe, type NotMe } from '../access/notices/not-me.ts';
import { AccessError } from '../domain/access-error.ts';
import type { CheckpointSink, Mailer, NoticeQueue, Stores, Webhook } from '../domain/ports.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { checkpointWebhook } from '../notify/checkpoint-webhook.ts';
import { createMailer } from '../notify/mailer.ts';
import { secretsIn } from '../notify/signature.ts';
import { createWebhook } from '../notify/webhook.ts';
import type { Config } from './config.ts';
import { readSecretFile } from './key-file.ts';

export interface NoticeHouse {
  readonly config: Config;
  readonly log: Logger;
  readonly key: Buffer;
  readonly stores: Stores & { readonly notices: NoticeQueue };
  readonly gate: Gate;
}

/**
 * Those who are told of what happens, and the link by which a user says "this was not me".
 * @throws AccessError naming the file that cannot be used and the mend.
 */
export function openNotices(house: NoticeHouse): {
  readonly notices: Notices;
  readonly notMe: NotMe;
} {
  const { config, log, key, stores, gate } = house;
  const { notify, speech } = config;
  const links = createNotMeLinks(key);
  const common = { clock: systemClock, timer: systemTimer };
  const site = { language: speech.language, timeZone: speech.time_zone };
  const notices = createNotices({
    ...common,
    stores,
    queue: stores.notices,
    webhooks: webhooksOf(config),
    mailer: mailerOf(config),
    links,
    rules: {
      administrators: notify.administrators,
      baseUrl: notify.base_url ?? null,
      linkFor: notify.link_for,
      giveUpAfter: notify.give_up_after,
      ...site,
    },
    random: Math.random,
    newDelivery: randomUUID,
    log: (message, details) => log.warn({ event: 'notices', ...details }, message),
  });
  return { notices, notMe: createNotMe({ ...common, stores, gate, links, site }) };
}

export const webhooksOf = ({ notify }: Config): Webhook[] =>
  notify.webhooks.map(({ url, secret_file: file, events }) =>
    createWebhook({ url, secrets: readWebhookSecrets(file), kinds: events ?? null }),
  );

export function mailerOf({ notify: { smtp } }: Config): Mailer | undefined {
  if (!smtp) return undefined;
  const { host, port, security, user, password_file: file, ca_file: ca, from } = smtp;
  const login =
    user === undefined || file === undefined
      ? undefined
      : {
          user,
          password: readSecretFile(file, 'The mail password file', 'Write the password into it.'),
        };
  return createMailer({
    host,
    port,
    security,
    login,
    ca: ca === undefined ? undefined : readCertificates(ca),
    from,
  });
}

/** Where checkpoints of the record are posted, besides the file and the log. */
export const checkpointSinksOf = ({ audit }: Config): readonly CheckpointSink[] =>
  audit.checkpoint_webhook === undefined
    ? []
    : [
        checkpointWebhook({
          url: audit.checkpoint_webhook.url,
          secrets: readWebhookSecrets(audit.checkpoint_webhook.secret_file),
        }),
      ];

const makeSecret = 'Make one with: (umask 027; openssl rand -base64 32 > FILE)';

function readWebhookSecrets(file: string): readonly Buffer[] {
  const secrets = secretsIn(readSecretFile(file, 'The webhook secret file', makeSecret));
  if (secrets) return secrets;
  throw new AccessError(
    'invalid',
    `The webhook secret file ${file} must hold a secret of at least 24 bytes a line. ${makeSecret}`,
  );
}

function readCertificates(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (cause) {
    throw new AccessError('invalid', `The certificates ${file} cannot be read.`, { cause });
  }
  throw new AccessError('invalid', `There is no certificate in PEM in ${file}.`);
}

/** What is right as it is written, and yet not what one may want. */
export function noticeFindings({ notify }: Config): readonly string[] {
  const { webhooks, smtp, administrators, base_url: base } = notify;
  if (webhooks.length === 0 && !smtp) return [];
  const loopback = smtp && /^(localhost|127\..*|::1)$/.test(smtp.host);
  return [
    ...(smtp && base === undefined
      ? [
          'notify.base_url is not set: what users are sent has no link by which they could say "this was not me"',
        ]
      : []),
    ...(base !== undefined && !smtp
      ? ['notify.base_url is set and notify.smtp is not: nobody is sent a link']
      : []),
    ...(smtp?.security === 'none' && !loopback
      ? [
          'notify.smtp.security is none: on the way to the mail server anybody can read the links, and use them',
        ]
      : []),
    ...(smtp && administrators.length === 0
      ? ['notify.administrators is empty: nobody is sent a mail about alarms']
      : []),
    ...(administrators.length > 0 && !smtp
      ? ['notify.administrators is set and notify.smtp is not: they are sent nothing']
      : []),
  ];
}
