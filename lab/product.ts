import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { roles } from './processes.ts';
import type { Programs } from './programs.ts';
import { sh } from './shell.ts';

/** Everything that the lab knows of how dialgate is configured and called stands in this module. */
export interface ProductSettings {
  readonly folder: string;
  readonly programs: Programs;
  readonly ariPort: number;
  readonly restPort: number;
  readonly server: string;
  readonly carrier: string;
  /** Networks of documentation addresses, which dialgate would refuse as reserved. */
  readonly alsoAllow: readonly string[];
  readonly dryRun: boolean;
  /** Merged over dialgate.yaml, key by key, and over helper.json. */
  readonly config: ConfigChanges;
  readonly helperConfig: ConfigChanges;
}

export type ConfigChanges = Readonly<Record<string, unknown>>;

export interface Product {
  readonly config: string;
  readonly helperConfig: string;
  readonly database: string;
  readonly keyFile: string;
  readonly sounds: string;
  readonly ariPassword: string;
  readonly restUrl: string;
  readonly serve: readonly string[];
  readonly helper: readonly string[];
  /** A command of the CLI, as one would type it. */
  readonly cli: readonly string[];
}

/** The ports behind the services, each with a small listener in the lab. */
export const listeners = { web: 443, ssh: 22, 'sip-tls': 5061 } as const;

const services = {
  web: ['tcp/443'],
  ssh: ['tcp/22'],
  sip: ['udp/5060', 'tcp/5060-5061'],
  rtp: ['udp/10000-10999'],
};

/** Writes the configuration and lets `dialgate init` make the rest. */
export async function initProduct(settings: ProductSettings): Promise<Product> {
  const { folder, programs } = settings;
  const { uid, gid } = roles.serve;
  const owned = (path: string, mode: number, owner: number = uid, group: number = gid): string => {
    mkdirSync(path, { mode, recursive: true });
    chmodSync(path, mode); // whatever the umask is
    chownSync(path, owner, group);
    return path;
  };
  const etc = owned(join(folder, 'etc'), 0o755, 0, 0);
  const database = join(owned(join(folder, 'database'), 0o750), 'dialgate.db');
  const sounds = owned(join(folder, 'sounds'), 0o755); // Asterisk plays from it
  const admin = owned(join(folder, 'admin'), 0o750);
  const socketFolder = owned(join(folder, 'helper'), 0o750, roles.helper.uid, roles.helper.gid);
  const state = owned(join(folder, 'helper-state'), 0o700, roles.helper.uid, roles.helper.gid);
  const socket = join(socketFolder, 'helper.sock');
  const config = join(etc, 'dialgate.yaml');
  const keyFile = join(etc, 'secret.key');
  const passwordFile = join(etc, 'ari.password');
  const names = Object.keys(services);
  const yaml = merged(
    {
      database,
      key_file: keyFile,
      asterisk: {
        url: `http://127.0.0.1:${settings.ariPort}`,
        username: 'dialgate',
        password_file: passwordFile,
        application: 'dialgate',
      },
      firewall: settings.dryRun ? { kind: 'dry-run', services: names } : { kind: 'helper', socket },
      http: {
        host: '127.0.0.1',
        port: settings.restPort,
        admin_socket: join(admin, 'admin.sock'),
      },
      access: { services: names, also_allow: settings.alsoAllow },
      // a lab's one telephone is used more than anybody's
      admission: { per_caller_per_hour: 10_000, per_caller_at_once: 20, per_minute: 10_000 },
      speech: { language: 'en', sounds: join(programs.root, 'sounds'), cache: sounds },
      external_address: { address: settings.server },
    },
    settings.config,
  );
  write(config, stringify(yaml), 0o644);
  const helperConfig = join(etc, 'helper.json');
  const helper = merged(
    {
      socket,
      state,
      armed: true,
      services,
      trusted: [`${settings.carrier}/32`],
      longest: 43_200,
      mostAddresses: 64,
      networks: true,
    },
    settings.helperConfig,
  );
  write(helperConfig, JSON.stringify(helper, null, 2), 0o644);
  const cli = [programs.node, join(programs.root, 'dist/src/bin/dialgate.js'), '--config', config];
  const [program = '', ...args] = cli;
  await sh(program, ...args, 'init', '--owner', String(uid));
  return {
    config,
    helperConfig,
    database,
    keyFile,
    sounds,
    ariPassword: readFileSync(passwordFile, 'utf8').trim(),
    restUrl: `http://127.0.0.1:${settings.restPort}`,
    serve: [...cli, 'serve'],
    helper: [
      programs.node,
      join(programs.root, 'dist/src/helper/main.js'),
      '--config',
      helperConfig,
    ],
    cli,
  };
}

function write(file: string, text: string, mode: number): void {
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
}

/** The changes laid over the base, at every depth; lists are replaced whole. */
export function merged(base: ConfigChanges, changes: ConfigChanges): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const under = result[key];
    result[key] = isObject(under) && isObject(change) ? merged(under, change) : change;
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
