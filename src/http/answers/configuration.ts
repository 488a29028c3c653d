import { z } from 'zod';
import { number, texts } from './common.ts';

const seconds = z.number().nonnegative();
/** The host alone: paths of webhooks are often secrets. */
const webhook = z.object({ url: z.string() });
const lockout = z.object({ forgiven: number, first: seconds, longest: seconds, memory: seconds });

/**
 * What may be seen of the configuration. It is what is let through: a key that is not
 * named here is not shown, whatever it is one day. Left out are the places of keys and
 * passwords, and by which name Asterisk knows us.
 */
export const configurationShape = z
  .object({
    database: z.string(),
    asterisk: z.object({ url: z.string(), application: z.string() }),
    firewall: z.object({
      kind: z.enum(['helper', 'dry-run']),
      socket: z.string().optional(),
      services: texts.optional(),
    }),
    http: z.object({
      host: z.string(),
      port: number,
      admin_socket: z.string(),
      names: texts,
      requests: z.object({ per_token: number, per_address: number }),
      session: z.object({ idle: seconds }),
    }),
    access: z.object({
      services: texts,
      open_for: seconds,
      longest: seconds,
      most_open: number,
      also_allow: texts,
      user_lockout: lockout,
      caller_lockout: lockout,
      strangers_lockout: lockout,
    }),
    entries: z.object({ grace: seconds, most: number }),
    audit: z.object({
      keep: seconds.optional(),
      most_rows: number,
      checkpoints: z.string().optional(),
      checkpoint_every: seconds,
      checkpoint_webhook: webhook.optional(),
    }),
    notify: z.object({
      webhooks: z.array(webhook.extend({ events: texts.optional() })),
      smtp: z
        .object({ host: z.string(), port: number, security: z.string(), from: z.string() })
        .optional(),
      administrators: texts,
      base_url: z.string().optional(),
      link_for: seconds,
      give_up_after: seconds,
    }),
    admission: z.object({
      at_once: number,
      per_caller_at_once: number,
      per_caller_per_hour: number,
      withheld_at_once: number,
      withheld_per_hour: number,
      per_minute: number,
      exceptions: texts,
      refuse_with: z.string(),
      brake: z.object({ failures: number, within: seconds, for: seconds }),
    }),
    dialling: z.object({
      country: z.string(),
      international: z.string(),
      trunk: z.string(),
    }),
    telephone: z.object({
      number: z.string().optional().describe('The gate’s own number, as people dial it.'),
    }),
    call_back: z
      .object({
        endpoint: z.string(),
        caller_id: z.string().optional(),
        ring_for: seconds,
        per_hour: number,
      })
      .optional(),
    pairing: z.object({ enabled: z.boolean(), window: seconds, ipv6: z.string() }),
    second_factor: z.object({ issuer: z.string() }),
    call: z.object({
      first_key: seconds,
      next_key: seconds,
      longest: seconds,
      longest_unrecognised: seconds,
    }),
    speech: z.object({
      language: z.string(),
      languages: texts,
      offer: texts,
      by_number: z.record(z.string(), z.string()),
      sounds: z.string().optional(),
      recordings: z.string().optional(),
      cache: z.string(),
      time_zone: z.string().optional(),
    }),
    external_address: z.object({
      address: z.string().optional(),
      stun: texts,
      refresh: seconds,
    }),
    reconcile_every: seconds,
    log: z.object({ level: z.string() }),
  })
  .meta({ id: 'Configuration', description: 'Durations are in seconds.' });
