import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBootRoot } from './boot-root.mjs';
import { checkout, ready } from './ready.mjs';
import { runEntry, SetupError } from './setup-error.mjs';

/** Boots systemd with dialgate's units, in namespaces: `npm run boot-lab`; docs/boot.md. */
await runEntry(async () => {
  const { abilities } = await ready({ also: ['systemd-nspawn', 'nsenter'] });
  if (!abilities.nftables) {
    throw new SetupError('This kernel refuses namespaces or nftables, so nothing can be booted.');
  }
  const root = await ensureBootRoot();
  const lab = await import(pathToFileURL(join(checkout, 'dist/lab/boot/run.js')).href);
  return lab.run(root);
});
