import { networkText } from '../domain/address.ts';
import type { Config } from './config.ts';

/** The configuration as it is running, in a form that JSON has; what may be shown of it is an allow-list of http/. */
export const runningConfiguration = (config: Config): object => ({
  ...config,
  // a URL may hold a password, and the path of a webhook often is one
  asterisk: { ...config.asterisk, url: new URL(config.asterisk.url).origin },
  audit: {
    ...config.audit,
    ...(config.audit.checkpoint_webhook && {
      checkpoint_webhook: withoutPath(config.audit.checkpoint_webhook),
    }),
  },
  notify: { ...config.notify, webhooks: config.notify.webhooks.map(withoutPath) },
  access: { ...config.access, also_allow: config.access.also_allow.map(networkText) },
});

const withoutPath = <T extends { readonly url: string }>(webhook: T): T => ({
  ...webhook,
  url: new URL(webhook.url).origin,
});
