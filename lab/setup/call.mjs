import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from './ready.mjs';
import { runEntry } from './setup-error.mjs';

// the lab that answers has been set up, so nothing needs to be done here
await runEntry(async () => {
  const { phoneTheLab } = await import(
    pathToFileURL(join(checkout, 'dist/lab/phone-the-lab.js')).href
  );
  return phoneTheLab(process.argv.slice(2));
});
