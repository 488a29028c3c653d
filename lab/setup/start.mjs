import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { checkout, ready } from './ready.mjs';
import { SetupError, runEntry } from './setup-error.mjs';

const usage = `npm start [-- --once]

Sets up what is missing, starts the lab and shows the main job: a telephone call
opens the firewall.
  --once   close the gate after the call, check that it is shut, and end`;

await runEntry(async () => {
  const { once, help } = read(process.argv.slice(2));
  if (help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const { abilities } = await ready();
  const lab = await import(pathToFileURL(join(checkout, 'dist/lab/start.js')).href);
  return lab.start(once, abilities);
});

function read(args) {
  const flag = { type: 'boolean', default: false };
  try {
    return parseArgs({ args, options: { once: flag, help: flag } }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
}
