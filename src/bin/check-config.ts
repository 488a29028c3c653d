import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HelperClient } from '../firewall/helper-client.ts';
import { inspectDatabase } from '../sqlite/database.ts';
import { readConfig, type Config } from './config.ts';
import { readKey, readSecretFile } from './key-file.ts';
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
  inspectDatabase(config.database, { migrations: join(programRoot, 'db') });
  return [
    `ok     ${file} and the files it names`,
    ...foldersMissing(config),
    ...(await helperFindings(config)),
  ];
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
    const { services, longest } = await helper.limits();
    const unknown = config.access.services.filter((name) => !services.includes(name));
    return [
      `ok     dialgate-helper answers; it knows ${services.join(', ')}`,
      ...(unknown.length > 0
        ? [
            `warn   access.services names ${unknown.join(', ')}, which the helper does not know: every call would fail`,
          ]
        : []),
      ...(config.access.longest > longest
        ? [
            `warn   access.longest is ${config.access.longest} s, but the helper allows ${longest} s at most`,
          ]
        : []),
    ];
  } catch (error) {
    return [`warn   ${(error as Error).message}`];
  } finally {
    helper.stop();
  }
}
