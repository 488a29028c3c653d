import { networkText } from '../domain/address.ts';
import type { Config } from './config.ts';

/** The configuration as it is running, in a form that JSON has; what may be shown of it is an allow-list of http/. */
export const runningConfiguration = (config: Config): object => ({
  ...config,
  // a URL may hold a password
  asterisk: { ...config.asterisk, url: new URL(config.asterisk.url).origin },
  access: { ...config.access, also_allow: config.access.also_allow.map(networkText) },
});
