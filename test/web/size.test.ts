import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../lab/package-root.ts';
import { readPageFiles } from '../../src/http/page-reading.ts';

/** What the first load may have, in bytes (issue 5). */
const most = 150_000;

it('is small: all views together, compressed as the server sends them, are less than the first load may be', async () => {
  const files = await readPageFiles(join(packageRoot, 'dist/web'));
  expect(files.has('/index.html')).toBe(true);
  const bytes = [...files.values()].map(({ bodies }) => bodies.gzip.length);
  expect(bytes.length).toBeGreaterThan(3);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(most);
});
