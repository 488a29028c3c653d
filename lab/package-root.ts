import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout, found upwards from here: this file runs from lab/ and from dist/lab/. */
export const packageRoot = above(import.meta.dirname);

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder));
}
