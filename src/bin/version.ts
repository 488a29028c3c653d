import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json, found upwards from here: it is another one for sources and for dist/. */
function findRoot(from: string): string {
  try {
    readFileSync(join(from, 'package.json'));
    return from;
  } catch (error) {
    const above = dirname(from);
    if (above === from) throw error;
    return findRoot(above);
  }
}

/** Where this program lies, with db/, sounds/ and dialplan/ beside package.json. */
export const programRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** What the database has been through, and may have to go through still. */
export const migrations = { migrations: join(programRoot, 'db') };

export const version = (
  JSON.parse(readFileSync(join(programRoot, 'package.json'), 'utf8')) as { version: string }
).version;
