import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import { largestFile } from '../import/lines.ts';
import type { SourceFile } from '../import/reading.ts';

/** Where an Incredible PBX host keeps its whitelist; also those of a copy, or of a part of one. */
const ruleFiles = [
  'etc/iptables/rules.v4',
  'etc/iptables/rules.v6',
  'etc/sysconfig/iptables',
  'etc/sysconfig/ip6tables',
  'usr/local/sbin/iptables-custom',
];
const accountFolders = ['.', 'root'];
/** More accounts than this are none. */
const mostFiles = 5000;

/** The whitelist files that the paths name: files as they are, folders by what is usually in them. */
export function whitelistFiles(paths: readonly string[]): SourceFile[] {
  const names = [...new Set(paths.flatMap((path) => (isFolder(path) ? filesIn(path) : [path])))];
  if (names.length > mostFiles) {
    throw new AccessError(
      'invalid',
      `There are ${names.length} files; at most ${mostFiles} are read.`,
    );
  }
  if (names.length > 0) return names.map(readFile);
  throw new AccessError(
    'not-found',
    `There is no whitelist in ${paths.join(', ')}: name the files themselves, such as rules.v4 and mira.iptables.`,
  );
}

function filesIn(folder: string): string[] {
  const rules = ruleFiles.flatMap((file) => [file, file.split('/').at(-1) ?? file]);
  const accounts = accountFolders.flatMap((inside) =>
    entriesOf(join(folder, inside))
      .filter((name) => name.endsWith('.iptables'))
      .map((name) => join(folder, inside, name)),
  );
  return [...rules.map((file) => join(folder, file)).filter(isFile), ...accounts.sort()];
}

/** `-` is standard input. */
export function readFile(path: string): SourceFile {
  if (path === '-') return { name: 'standard input', bytes: readAll(0) };
  let descriptor: number | undefined;
  try {
    // not to hang on a pipe that nobody writes to
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) throw new Error('it is not a file');
    return { name: path, bytes: readAll(descriptor) };
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new AccessError('not-found', `${path} cannot be read (${why}).`, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** At most a byte more than a file may have: more is refused by whoever reads it as text. */
function readAll(descriptor: number): Uint8Array {
  const chunks: Buffer[] = [];
  for (let size = 0; size <= largestFile;) {
    const chunk = Buffer.alloc(65_536);
    const read = readSync(descriptor, chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    size += read;
  }
  return Buffer.concat(chunks);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const isFolder = (path: string): boolean => kindOf(path) === 'folder';
const isFile = (path: string): boolean => kindOf(path) === 'file';

/** What cannot be told is taken for a file: reading it says what is wrong. */
function kindOf(path: string): 'file' | 'folder' | 'other' {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return 'folder';
    return stat?.isFile() ? 'file' : 'other';
  } catch {
    return 'file';
  }
}
