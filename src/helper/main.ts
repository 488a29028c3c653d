#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { findNft, loadConfig } from './config/config-file.ts';
import { ConfigError } from './config/config-values.ts';
import { chooseConfig } from './config/last-config.ts';
import { clearFormer } from './former.ts';
import { startHelper } from './helper.ts';
import { asError, log, reasonOf } from './log.ts';
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
  if (values.check) {
    const config = loadConfig(values.config);
    findNft(config);
    return void process.stdout.write(rulesFor(config));
  }
  // systemd names the folder, whose name helper.json may be too faulty to tell
  const { config, before, works } = chooseConfig(
    values.config,
    process.env['STATE_DIRECTORY'],
    log,
  );
  const nft = findNft(config);
  const helper = await startHelper(config, nft, log);
  const end = (signal: string) => (): void => {
    log('stopped', { signal, message: 'What is open stays open until its time is up.' });
    helper.stop();
    // anything that still holds the process has had its chance
    setTimeout(() => process.exit(0), 1000).unref();
  };
  process.once('SIGTERM', end('SIGTERM'));
  process.once('SIGINT', end('SIGINT'));
  if (await clearFormer(nft, before, config, log)) works();
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`${asError(`dialgate-helper: ${reasonOf(error)}`)}\n`);
  // EX_CONFIG (sysexits.h): a service supervisor need not try again
  process.exit(known ? 78 : 1);
});
