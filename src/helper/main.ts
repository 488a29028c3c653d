#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { findNft, loadConfig } from './config/config-file.ts';
import { ConfigError } from './config/config-values.ts';
import { startHelper } from './helper.ts';
import { log, reasonOf } from './log.ts';
import { rulesFor } from './rules-for.ts';

const usage = `dialgate-helper [--config FILE] [--check]

Opens the firewall for single addresses, on behalf of dialgate, within the limits
of a configuration file that belongs to root (default /etc/dialgate/helper.json).
Needs CAP_NET_ADMIN and nothing else. --check prints the rules and ends.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: '/etc/dialgate/helper.json' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const config = loadConfig(values.config);
  const nft = findNft(config);
  if (values.check) return void process.stdout.write(rulesFor(config));
  const helper = await startHelper(config, nft, log);
  const end = (signal: string) => (): void => {
    log('stopped', { signal, message: 'What is open stays open until its time is up.' });
    helper.stop();
    // anything that still holds the process has had its chance
    setTimeout(() => process.exit(0), 1000).unref();
  };
  process.once('SIGTERM', end('SIGTERM'));
  process.once('SIGINT', end('SIGINT'));
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`dialgate-helper: ${reasonOf(error)}\n`);
  // EX_CONFIG (sysexits.h): a service supervisor need not try again
  process.exit(known ? 78 : 1);
});
