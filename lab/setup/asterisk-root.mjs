import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { ensurePrograms } from './debian-packages.mjs';
import * as debianRoot from './debian-root.mjs';
import { programPath, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const suite = 'forky';
const packages = ['asterisk', 'asterisk-core-sounds-en-gsm', 'sip-tester'];

/**
 * An Asterisk and a SIPp for the lab: this machine's own, or else both in a root
 * filesystem of their own, built once. What it says at the end is which.
 */
export async function ensureAsterisk() {
  const own = await ownAsterisk();
  if (own) {
    // Debian has SIPp even where it has no Asterisk
    await ensurePrograms(['sipp'], 'to phone the lab');
    return own;
  }
  const root = process.env.DIALGATE_ASTERISK_ROOT ?? join(cacheFolder(), 'asterisk-root');
  const name = 'Asterisk 22 and SIPp';
  const size = 'about 200 MB to fetch, 550 MB on disk';
  await debianRoot.ensureRoot({ root, suite, packages, name, size, tried });
  return root;
}

/** Its version, when this machine has one that is new enough (18 or later). */
async function ownAsterisk() {
  const program = programPath('asterisk');
  if (!program) return undefined;
  const { output } = await run(program, ['-V'], { seconds: 10 });
  const version = /^Asterisk (?:GIT-|certified[-/])?(\d+)/.exec(output)?.[1];
  if (Number(version) >= 18) return output.trim().split('\n')[0];
  throw new SetupError(
    `This machine's own Asterisk (${program}, ${output.trim().split('\n')[0]}) is older than 18: upgrade it, or take it out of PATH for the lab to fetch its own.`,
  );
}

/** Whether the root was built to the end. */
export const complete = (root) => debianRoot.complete(root, packages);

async function tried(folder) {
  const version = await run('chroot', [folder, 'asterisk', '-V'], { seconds: 20 });
  if (version.status === 0) return version.output.trim();
  throw new SetupError(
    `The Asterisk from Debian ${suite} does not run here (${version.output.trim()}): this processor or kernel is too old for it.`,
  );
}
