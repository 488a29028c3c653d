import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** The programs of dialgate where users without rights can read them. */
export interface Programs {
  /** The folder with package.json. */
  readonly root: string;
  readonly node: string;
}

/** What `dialgate serve` and the helper need of the checkout at run time. */
const parts = ['package.json', 'db', 'dialplan', 'sounds', 'dist/src', 'src/asterisk/npm'];

/**
 * The checkout itself where everybody may read it, and else (below /root, say, or
 * made under a strict umask) a copy of what is needed, in the lab's folder.
 */
export function readablePrograms(folder: string): Programs {
  const readable = [
    ...parts,
    'dist/src/helper/main.js',
    'node_modules/better-sqlite3/package.json',
  ];
  const root = readable.every((part) => everybodyReads(join(packageRoot, part)))
    ? packageRoot
    : copied(join(folder, 'programs'));
  let node = process.execPath;
  if (!everybodyReads(node)) {
    node = join(folder, 'node');
    copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
    chmodSync(node, 0o755);
  }
  return { root, node };
}

/** Every folder above may be entered, and it may be read, by anyone at all. */
export function everybodyReads(path: string): boolean {
  try {
    accessSync(path);
  } catch {
    return false;
  }
  const { mode } = statSync(path);
  const wanted = statSync(path).isDirectory() ? 0o005 : 0o004;
  if ((mode & wanted) !== wanted) return false;
  for (let above = dirname(path); above !== '/'; above = dirname(above)) {
    if ((statSync(above).mode & 0o001) === 0) return false;
  }
  return true;
}

function copied(to: string): string {
  for (const part of [...parts, ...productionPackages()]) {
    const from = join(packageRoot, part);
    if (!existsSync(from)) continue;
    mkdirSync(dirname(join(to, part)), { recursive: true });
    cpSync(from, join(to, part), { recursive: true, dereference: true });
  }
  openToAll(to);
  return to;
}

/** The installed packages that are not for development alone, from npm's own record. */
function productionPackages(): string[] {
  const record = JSON.parse(
    readFileSync(join(packageRoot, 'node_modules/.package-lock.json'), 'utf8'),
  ) as { packages: Record<string, { dev?: boolean; devOptional?: boolean }> };
  return Object.entries(record.packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true)
    .map(([path]) => path);
}

function openToAll(path: string): void {
  const { mode } = statSync(path);
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, mode | (isFolder ? 0o555 : 0o444));
  if (isFolder) for (const name of readdirSync(path)) openToAll(join(path, name));
}
