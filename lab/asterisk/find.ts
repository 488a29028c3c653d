import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Asterisk's programs are: on this machine, or in a root filesystem of their own. */
export interface AsteriskHome {
  /** The root filesystem that holds it; null when it is this machine's own. */
  readonly root: string | null;
  /** Programs and the module directory, as seen from inside `root`. */
  readonly asterisk: string;
  readonly modules: string;
  /** null when there is none. */
  readonly sipp: string | null;
}

/** Where the lab keeps the root filesystem that it builds. */
export function cachedRoot(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['DIALGATE_CACHE'] ?? '/var/cache/dialgate', 'asterisk-root');
}

/**
 * The machine's own Asterisk, else the one under DIALGATE_ASTERISK_ROOT, else
 * the one that the lab has built; undefined when there is none.
 */
export function findAsterisk(env: NodeJS.ProcessEnv = process.env): AsteriskHome | undefined {
  return (
    homeIn(null, env) ??
    [env['DIALGATE_ASTERISK_ROOT'], cachedRoot(env)]
      .map((root) => (root ? homeIn(root, env) : undefined))
      .find((home) => home !== undefined)
  );
}

function homeIn(root: string | null, env: NodeJS.ProcessEnv): AsteriskHome | undefined {
  const asterisk = program('asterisk', root, env);
  const modules = moduleDirectory(root ?? '/');
  if (asterisk === null || modules === undefined) return undefined;
  return { root, asterisk, modules, sipp: program('sipp', root, env) };
}

function program(name: string, root: string | null, env: NodeJS.ProcessEnv): string | null {
  const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
  // an ordinary user's PATH has no sbin, where Asterisk is
  const folders = root === null ? [...(env['PATH'] ?? '').split(delimiter), ...usual] : usual;
  return folders.map((f) => join(f, name)).find((p) => executable(join(root ?? '/', p))) ?? null;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps it below the machine's triplet, others directly in lib or lib64. */
function moduleDirectory(root: string): string | undefined {
  const libraries = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const folders = libraries.flatMap((lib) => [lib, ...subfolders(root, lib)]);
  return folders.map((f) => join(f, 'asterisk/modules')).find((m) => existsSync(join(root, m)));
}

function subfolders(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.includes('-linux-gnu'))
    .map((name) => join(folder, name));
}
