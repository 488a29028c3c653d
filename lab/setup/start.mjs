import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout, ready } from './ready.mjs';
import { runEntry } from './setup-error.mjs';

await runEntry(async () => {
  const { abilities } = await ready();
  const lab = await import(pathToFileURL(join(checkout, 'dist/lab/start.js')).href);
  return lab.start(process.argv.slice(2), abilities);
});
