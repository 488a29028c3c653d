import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordAbilities } from './abilities.mjs';
import { ensureAsterisk } from './asterisk-root.mjs';
import { ensureBuild } from './build.mjs';
import { ensurePrograms } from './debian-packages.mjs';
import { withLock } from './lock.mjs';
import { checkMachine } from './machine.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { announce, elapsed } from './progress.mjs';

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const programs = ['nft', 'ip', 'conntrack', 'espeak-ng', 'sox', 'setpriv', 'unshare', 'curl'];

/**
 * Brings the machine to where the lab can start, doing only what is missing, and
 * gives back what there is. Two set-ups of one checkout wait for each other.
 */
export async function ready({ also = [], build = true } = {}) {
  const began = Date.now();
  // ordinary `su` leaves these out, and the lab starts programs that are there
  process.env.PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  // users without rights read some of what is made; secrets are given their own modes
  process.umask(0o022);
  checkMachine();
  mkdirSync(join(checkout, '.state'), { recursive: true });
  const there = await withLock(
    join(checkout, '.state', 'setup.lock'),
    async () => {
      await ensurePrograms([...programs, ...also], 'the firewall, the network, speech');
      await ensureNpmPackages(checkout);
      if (build) await ensureBuild(checkout);
      const asterisk = await ensureAsterisk();
      return { asterisk, abilities: await recordAbilities(checkout) };
    },
    { onWait: (pid) => announce(`Process ${pid} is setting up this checkout; waiting for it`) },
  );
  announce(`Set-up complete (${elapsed(Date.now() - began)}); Asterisk: ${there.asterisk}`);
  return there;
}
