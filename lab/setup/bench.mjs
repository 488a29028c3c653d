import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout, ready } from './ready.mjs';
import { runEntry } from './setup-error.mjs';

await runEntry(async () => {
  const { abilities } = await ready({ also: ['tcpdump', 'iptables', 'prove'] });
  const bench = await import(pathToFileURL(join(checkout, 'dist/bench/run.js')).href);
  return bench.run(process.argv.slice(2), abilities);
});
