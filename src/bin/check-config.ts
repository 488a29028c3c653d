import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FirewallLimits } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import { HelperClient } from '../firewall/helper-client.ts';
import { wayChosenIn } from '../doctor/doctor.ts';
import { networksFault } from '../firewall/wire-rules.ts';
import { inspectDatabase } from '../sqlite/database.ts';
import { readConfig, type Config } from './config.ts';
import { helperConfigBeside } from './doctor.ts';
import { readKey, readSecretFile } from './key-file.ts';
import { checkpointSinksOf, mailerOf, noticeFindings, webhooksOf } from './notices.ts';
import { openSpeech } from './telephone.ts';
import { programRoot } from './version.ts';

/**
 * Reads the configuration and all that it points to; changes nothing.
 * @throws AccessError for what would keep `dialgate serve` from starting.
 */
export async function checkConfig(file: string): Promise<readonly string[]> {
  const config = readConfig(file);
  readKey(config.key_file);
  readSecretFile(config.asterisk.password_file, 'The ARI password file');
  openSpeech(config);
  webhooksOf(config);
  mailerOf(config);
  checkpointSinksOf(config);
  inspectDatabase(config.database, { migrations: join(programRoot, 'db') });
  return [
    `ok     ${file} and the files it names`,
    ...way(file, config),
    ...foldersMissing(config),
    ...noticeFindings(config).map((words) => `warn   ${words}`),
    ...(await helperFindings(config)),
  ];
}

/** How the host's firewall is to be fitted, as the helper's own configuration says. */
function way(file: string, { firewall }: Config): string[] {
  if (firewall.kind === 'dry-run') return [];
  const path = helperConfigBeside(file);
  // it may lie elsewhere, or be root's alone: the doctor says more
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return [];
  }
  const { level, what } = wayChosenIn(path);
  return [`${level === 'ok' ? 'ok  ' : 'warn'}   ${what}`];
}

function foldersMissing(config: Config): string[] {
  return [dirname(config.database), config.speech.cache, dirname(config.http.admin_socket)]
    .filter((folder) => !existsSync(folder))
    .map(
      (folder) => `warn   ${folder} does not exist; "dialgate init" or the systemd unit makes it`,
    );
}

async function helperFindings(config: Config): Promise<string[]> {
  if (config.firewall.kind === 'dry-run')
    return ['warn   firewall.kind is dry-run: no call opens anything'];
  const helper = new HelperClient({ socket: config.firewall.socket });
  try {
    const limits = await helper.limits();
    return [
      `ok     dialgate-helper answers; it knows ${limits.services.join(', ')}`,
      ...disagreements(config, limits).map((words) => `warn   ${words}`),
    ];
  } catch (error) {
    return [`warn   ${(error as Error).message}`];
  } finally {
    helper.stop();
  }
}

/** What the configuration promises and the helper will not do, and what does not work where it stands. */
export function disagreements(
  { access, pairing }: Config,
  limits: FirewallLimits,
  users: readonly Pick<User, 'name' | 'services' | 'disabled'>[] = [],
): readonly string[] {
  const unknown = access.services.filter((name) => !limits.services.includes(name));
  const networks = pairing.ipv6 === 'network' ? networksFault(limits) : undefined;
  const inVain = users.flatMap(({ name, services, disabled }) => {
    const gone = services.filter((service) => !limits.services.includes(service));
    return disabled || gone.length === 0 ? [] : [`${name} (${gone.join(', ')})`];
  });
  return [
    ...(unknown.length > 0
      ? [
          `access.services names ${unknown.join(', ')}, which the helper does not know: every call would fail`,
        ]
      : []),
    ...(inVain.length > 0
      ? [
          `${inVain.join(', ')} have services of their own that the helper does not know: they can open nothing; add them to helper.json, or give the users others`,
        ]
      : []),
    ...(access.longest > limits.longest
      ? [`access.longest is ${access.longest} s, but the helper allows ${limits.longest} s at most`]
      : []),
    ...(networks === undefined ? [] : [`pairing.ipv6 is network. ${networks}`]),
    ...(limits.warnings ?? []),
  ];
}
