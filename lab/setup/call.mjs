import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from './ready.mjs';
import { SetupError, runEntry } from './setup-error.mjs';

// the lab that answers has been set up, so nothing needs to be done here
await runEntry(async () => {
  const program = join(checkout, 'dist/lab/phone-the-lab.js');
  if (!existsSync(program)) {
    throw new SetupError('No lab was ever started here: run npm start, in another terminal.');
  }
  const { phoneTheLab } = await import(pathToFileURL(program).href);
  return phoneTheLab(process.argv.slice(2));
});
