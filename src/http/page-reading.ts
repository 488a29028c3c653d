import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A file of the administrator's page, in each form in which it can be sent. */
export interface PageFile {
  readonly type: string;
  /** Of its content, without the quotes. */
  readonly tag: string;
  /** Its name changes with its content. */
  readonly forEver: boolean;
  readonly bodies: Readonly<Record<Encoding, Buffer>>;
}

/** By their paths, such as `/index.html`; empty where the page was not built. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** The one to be preferred first. */
export const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Pictures and fonts are compressed already. */
const compressible = new Set(['.html', '.js', '.css', '.json', '.svg']);

/** All is kept in memory: what is more than this is no page of ours. */
const mostFiles = 500;
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads a built page once. Compressing is done by threads of Node's own, and at a level at
 * which a start does not wait for it.
 * @throws what the file system says, but not where there is no such folder; Error when it is too much.
 */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const files = names.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined);
  if (files.length > mostFiles) throw new Error(`${folder} has more than ${mostFiles} files`);
  const read = new Map<string, PageFile>();
  let bytes = 0;
  for (const { parentPath, name } of files) {
    const place = join(parentPath, name);
    const content = await readFile(place);
    bytes += content.length;
    if (bytes > mostBytes) throw new Error(`${folder} holds more than ${mostBytes} bytes`);
    const path = `/${relative(folder, place).split(sep).join('/')}`;
    read.set(path, await pageFile(path, content));
  }
  // half a page is none
  return read.has('/index.html') ? read : new Map();
}

async function pageFile(path: string, identity: Buffer): Promise<PageFile> {
  const extension = extname(path);
  const [br, zipped] = compressible.has(extension)
    ? await Promise.all([
        promisify(brotliCompress)(identity, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
        }),
        promisify(gzip)(identity, { level: 9 }),
      ])
    : [identity, identity];
  return {
    type: types[extension] ?? 'application/octet-stream',
    tag: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
    // what the build puts there has a digest in its name
    forEver: path.startsWith('/assets/'),
    bodies: { br, gzip: zipped, identity },
  };
}
