import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { neededAgainstOne, type LockoutRules } from '../access/lockout-rules.ts';
import { AccessError } from '../domain/access-error.ts';
import { shortestGrant } from '../domain/grant.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import {
  address,
  duration,
  network,
  path,
  port,
  serviceName,
  stunServer,
} from './config-values.ts';
import {
  admissionRules,
  callBack,
  dialling,
  lockout,
  pairingRules,
  speechRules,
  telephone,
} from './config-telephone.ts';
import { checkpointWebhook, notifyRules } from './config-notify.ts';

/** A minute less than the dialplan's own limit (TIMEOUT(absolute)), so that we say goodbye first. Seconds. */
const mostCall = 600;

const grantDuration = duration.refine(
  (s) => s >= shortestGrant,
  `a duration of at least ${shortestGrant}s`,
);

/** The whole configuration, with everything that has a sensible default defaulted. */
const configFile = z.strictObject({
  database: path.default('/var/lib/dialgate/dialgate.db'),
  key_file: path.default('/etc/dialgate/secret.key'),
  asterisk: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'an http or https URL' })
        .default('http://127.0.0.1:8088'),
      username: z.string().min(1).default('dialgate'),
      password_file: path.default('/etc/dialgate/ari.password'),
      application: z
        .string()
        .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and -')
        .default('dialgate'),
    })
    .prefault({}),
  firewall: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('helper'),
        socket: path.default('/run/dialgate-helper/helper.sock'),
      }),
      z.strictObject({ kind: z.literal('dry-run'), services: z.array(serviceName).min(1) }),
    ])
    .prefault({ kind: 'helper' }),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: port.default(8787),
      admin_socket: path.default('/run/dialgate/admin.sock'),
      /** Names by which browsers may reach us, besides localhost (they are checked against rebinding). */
      names: z.array(z.string().min(1)).default([]),
      /** The most requests in a minute; those from an address count until they show a good token. */
      requests: z
        .strictObject({
          per_token: z.int().min(1).max(10_000_000).default(3000),
          per_address: z.int().min(1).max(10_000_000).default(600),
        })
        .prefault({}),
      session: z
        .strictObject({
          /** How long somebody at the page stays signed in without doing anything. */
          idle: duration
            .refine((s) => s >= 60 && s <= 43_200, 'a duration of 1m to 12h')
            .default(1800),
        })
        .prefault({}),
    })
    .prefault({}),
  access: z.strictObject({
    services: z.array(serviceName).min(1),
    open_for: grantDuration.default(4 * 3600),
    longest: grantDuration.default(12 * 3600),
    most_open: z.int().min(1).max(100).default(5),
    also_allow: z.array(network).default([]),
    user_lockout: lockout(4, 60, 900),
    caller_lockout: lockout(5, 60, 900),
    strangers_lockout: lockout(20, 60, 300),
  }),
  entries: z
    .strictObject({
      /** How long the last addresses of a name are kept while it fails. */
      grace: duration.default(86_400),
      most: z.int().min(1).max(100_000).default(100_000),
    })
    .prefault({}),
  audit: z
    .strictObject({
      /** How old a row may become; without it all are kept. */
      keep: duration.refine((s) => s >= 86_400, 'a duration of at least 1d').optional(),
      most_rows: z.int().min(100_000).max(1_000_000_000).default(20_000_000),
      /** Where checkpoints are kept; without it beside the database. */
      checkpoints: path.optional(),
      checkpoint_every: duration.default(3600),
      /** Where they are posted, besides. */
      checkpoint_webhook: checkpointWebhook.optional(),
    })
    .prefault({}),
  notify: notifyRules,
  admission: admissionRules,
  dialling,
  telephone,
  call_back: callBack.optional(),
  pairing: pairingRules,
  second_factor: z
    .strictObject({
      issuer: z
        .string()
        .regex(
          /^[^:\p{Cc}]{1,64}$/u,
          '1 to 64 characters, and no colon (otpauth: has its own meaning for it)',
        )
        .default('dialgate'),
    })
    .prefault({}),
  call: z
    .strictObject({
      first_key: duration.default(8),
      next_key: duration.default(5),
      longest: duration
        .refine(
          (s) => s <= mostCall,
          'a duration of at most 10m, because the dialplan ends a call after 11',
        )
        .default(mostCall),
      longest_unrecognised: duration.default(180),
    })
    .prefault({}),
  speech: speechRules,
  external_address: z
    .strictObject({
      address: address.optional(),
      stun: z.array(stunServer).max(8).default([]),
      refresh: duration.default(600),
    })
    .prefault({}),
  reconcile_every: duration.default(10),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
    .prefault({}),
});

export type Config = z.infer<typeof configFile>;

/** What the configuration says of locks, as the rules want it. */
export const lockoutRules = ({ access }: Pick<Config, 'access'>): LockoutRules => ({
  userLockout: access.user_lockout,
  callerLockout: access.caller_lockout,
  strangersLockout: access.strangers_lockout,
});

/**
 * Reads and checks the configuration.
 * @throws AccessError `invalid`; its message names the file, the line, the key and what is allowed.
 */
export function readConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AccessError(
      'invalid',
      missing
        ? `There is no configuration at ${file}. Make one with "dialgate init", or name another with --config.`
        : `The configuration ${file} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) throw new AccessError('invalid', `${file} is not YAML: ${fault.message}`);
  const checked = configFile.safeParse(document.toJS() ?? {});
  if (checked.success) {
    checkTogether(checked.data, file);
    return checked.data;
  }
  const complaints = checked.error.issues.map((issue) => {
    const keys = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const at = unknown === undefined ? keys : [...keys, unknown];
    const words = unknown === undefined ? wordsOf(issue) : 'there is no such key';
    return `  line ${lineOf(at)}: ${at.join('.') || 'the file'}: ${words}`;
  });
  throw new AccessError('invalid', `${file} is not right:\n${complaints.join('\n')}`);

  /** The line of the key, or of the nearest key above it that is there. */
  function lineOf(keys: readonly (string | number)[]): number {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true) as
        { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

/** What is allowed, where the schema did not say it in words of its own. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'invalid_key':
      return `the key must be ${issue.issues[0]?.message ?? 'another'}`;
    case 'invalid_union':
      // which there are stands in the library's words alone
      return `one of ${[...issue.message.matchAll(/'([^']+)'/g)].map(([, name]) => name).join(', ')}`;
    case 'invalid_type':
      if (issue.expected === 'object') return 'keys with values, one a line';
      return issue.expected === 'array'
        ? 'a list, such as [a, b]'
        : `a value of the kind ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** What no single key can say. */
function checkTogether(config: Config, file: string): void {
  const { access, admission, dialling: dials, speech, firewall } = config;
  const faults: string[] = [];
  if (access.open_for > access.longest) {
    faults.push(
      `access.open_for (${access.open_for} s) is longer than access.longest (${access.longest} s)`,
    );
  }
  const { user_lockout: user, strangers_lockout: strangers } = access;
  const needed = neededAgainstOne(lockoutRules(config));
  const leastForgiven = Math.max(needed.forgiven, user.forgiven * 2);
  if (strangers.forgiven < leastForgiven) {
    faults.push(
      `access.strangers_lockout.forgiven (${strangers.forgiven}) must be at least ${leastForgiven} beside this access.user_lockout, or one telephone could lock all strangers out`,
    );
  }
  if (user.memory < needed.memory) {
    faults.push(
      `access.user_lockout.memory (${user.memory} s) must be at least ${needed.memory} s, or one telephone could lock all strangers out`,
    );
  }
  for (const number of admission.exceptions) {
    if (!parsePhoneNumber(number, dials)) {
      faults.push(`admission.exceptions: ${number} is not a telephone number`);
    }
  }
  const spoken = new Set([speech.language, ...speech.languages]);
  for (const [key, languages] of [
    ['offer', speech.offer],
    ['by_number', Object.values(speech.by_number)],
  ] as const) {
    for (const language of languages.filter((wanted) => !spoken.has(wanted))) {
      faults.push(`speech.${key} names ${language}, which is not among speech.languages`);
    }
  }
  const { audit, notify } = config;
  // that a link was used is on record, and must stay there for as long as it is good
  if (audit.keep !== undefined && notify.link_for > audit.keep) {
    faults.push(
      `notify.link_for (${notify.link_for} s) is longer than audit.keep (${audit.keep} s): a link would be good after the record of its use has gone`,
    );
  }
  // the helper's services are the helper's to say
  if (firewall.kind === 'dry-run') {
    const unknown = access.services.filter((name) => !firewall.services.includes(name));
    if (unknown.length > 0) {
      faults.push(
        `access.services names ${unknown.join(', ')}; firewall.services has ${firewall.services.join(', ')}`,
      );
    }
  }
  if (faults.length === 0) return;
  throw new AccessError('invalid', `${file} is not right:\n  ${faults.join('\n  ')}`);
}
