import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import type { InitRequest } from '../cli/doings.ts';
import { openDatabase } from '../sqlite/database.ts';
import { configTemplate, helperTemplate } from './config-template.ts';
import { readConfig } from './config.ts';
import { newKey, readSecretFile, writeNewFile } from './key-file.ts';
import { programRoot } from './version.ts';

/** Whose a folder or file is; the server must not be able to change what root keeps. */
type Keeper = 'root' | 'server';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes what is missing and leaves alone what is there, so that running it again
 * is safe: configuration, key, ARI password and user, the helper's limits, database.
 * @returns what was done and what is left to do, line by line.
 */
export function init({ config, owner }: InitRequest): readonly string[] {
  const file = resolve(config);
  const who = ownerOf(owner);
  const said: string[] = [];
  const own = (path: string): void => {
    if (who) chownSync(path, who.uid, who.gid);
  };
  const folder = (path: string, keeper: Keeper, mode = 0o750): void => {
    if (existsSync(path)) return;
    makeFolder(path, mode);
    // root keeps the folder of what limits the server, and lets it read there
    if (who) chownSync(path, keeper === 'root' ? 0 : who.uid, who.gid);
    said.push(`made   ${path}/`);
  };
  /** Root keeps what the server must not be able to change. */
  const write = (path: string, text: string, mode: number, keeper: Keeper): void => {
    folder(dirname(path), 'root');
    const made = writeNewFile(path, text, mode);
    if (made && keeper === 'server') own(path);
    said.push(`${made ? 'made  ' : 'kept  '} ${path}`);
  };

  write(file, configTemplate(dirname(file)), 0o644, 'root');
  const settings = readConfig(file);
  const beside = dirname(file);
  write(settings.key_file, `${newKey()}\n`, 0o640, 'server');
  const passwordFile = settings.asterisk.password_file;
  write(passwordFile, `${randomBytes(24).toString('hex')}\n`, 0o640, 'server');
  const password = readSecretFile(passwordFile, 'The ARI password file');
  const ariFile = join(beside, 'ari_dialgate.conf');
  write(ariFile, ariUser(settings.asterisk.username, password), 0o640, 'root');
  if (settings.firewall.kind === 'helper') {
    write(join(beside, 'helper.json'), helperTemplate(whereFrom()), 0o644, 'root');
  }

  folder(dirname(settings.database), 'server');
  folder(settings.speech.cache, 'server', 0o755); // Asterisk plays from it
  folder(dirname(settings.http.admin_socket), 'server');
  const isNew = !existsSync(settings.database);
  // in the server's own folder root must not follow what the server may have put there
  as(who, () => openDatabase(settings.database, { migrations: join(programRoot, 'db') }).close());
  said.push(`${isNew ? 'made  ' : 'kept  '} ${settings.database}`);

  return [
    ...said,
    '',
    `Next: put ${ariFile} and dialplan/extensions_dialgate.conf into Asterisk, check helper.json,`,
    'start dialgate-helper and "dialgate serve", then "dialgate user add NAME".',
    'Nobody is turned away yet: see "dialgate guard plan", then "dialgate guard enable --test 3m".',
  ];
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const mend = 'run this as root, or name a place that is yours with --config';
    throw new AccessError('invalid', `The folder ${path} cannot be made (${why}): ${mend}.`, {
      cause,
    });
  }
}

/** Does this with the rights of the owner, where there is one. */
function as(owner: Owner | undefined, work: () => void): void {
  if (!owner) return work();
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
  try {
    work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** The address that this administrator works from, when by SSH: the first to be trusted. */
function whereFrom(): string | undefined {
  const from = process.env['SSH_CONNECTION']?.split(' ')[0] ?? '';
  return isIP(from) ? from : undefined;
}

function ownerOf(owner: string | undefined): Owner | undefined {
  if (owner === undefined) return undefined;
  if (process.getuid?.() !== 0) {
    throw new AccessError(
      'invalid',
      'Only root can make files for another user: leave out --owner, or become root.',
    );
  }
  if (/^[0-9]+$/.test(owner)) return { uid: Number(owner), gid: Number(owner) };
  const id = (which: '-u' | '-g'): number => {
    try {
      return Number(execFileSync('id', [which, '--', owner], { stdio: 'pipe', timeout: 5000 }));
    } catch (cause) {
      throw new AccessError(
        'invalid',
        `There is no user ${owner} on this machine. Make it: useradd --system ${owner}`,
        { cause },
      );
    }
  };
  return { uid: id('-u'), gid: id('-g') };
}

/** The shipped fragment with the name and the password in place; crypted where openssl is at hand. */
function ariUser(username: string, password: string): string {
  const fragment = readFileSync(join(programRoot, 'dialplan', 'ari_dialgate.conf'), 'utf8').replace(
    /^\[dialgate\]$/m,
    `[${username}]`,
  );
  const put = (format: string, text: string): string =>
    fragment
      .replace(/^password_format=.*$/m, `password_format=${format}`)
      .replace(/^password=.*$/m, () => `password=${text}`);
  try {
    const options = { input: password, stdio: 'pipe', timeout: 5000 } as const;
    const crypted = execFileSync('openssl', ['passwd', '-6', '-stdin'], options);
    return put('crypt', crypted.toString().trim());
  } catch {
    return put('plain', password);
  }
}
