import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { withLock } from './lock.mjs';
import { announce, step } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Debian packages unpacked into a folder of the cache and not installed: installed,
 * their services would begin at once to work on this machine. With `needs`, so are the
 * packages that they depend on and that are not installed. Gives back the folder.
 */
export async function ensureUnpacked(name, packages, { needs = false } = {}) {
  const root = join(cacheFolder(), name);
  if (existsSync(root)) return root;
  mkdirSync(cacheFolder(), { recursive: true });
  const fetched = () => (existsSync(root) ? undefined : fetch(root, packages, needs));
  await withLock(`${root}.lock`, fetched, {
    onWait: (pid) => announce(`Process ${pid} is fetching ${name}; waiting for it`),
  });
  return root;
}

function fetch(root, packages, needs) {
  const what = packages.join(' ');
  return step(what, async (tail) => {
    // under the lock: what is there was left by one that was killed
    const folder = `${root}.part`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    try {
      const download = async () => {
        const all = needs ? await missingOf(packages) : packages;
        return run('apt-get', ['download', ...all], { cwd: folder, tail });
      };
      let result = await download();
      // the package lists of a fresh machine are empty or old
      if (result.status !== 0) {
        await run('apt-get', ['update'], { tail });
        result = await download();
      }
      const files = readdirSync(folder).filter((file) => file.endsWith('.deb'));
      if (result.status !== 0 || files.length < packages.length) {
        throw new SetupError(
          `${what} could not be fetched (${result.output.trim().split('\n').at(-1)}): check the network and the addresses in /etc/apt, then run this again.`,
        );
      }
      const unpacked = join(folder, 'root');
      for (const file of files) {
        const { status, output } = await run('dpkg-deb', ['-x', join(folder, file), unpacked]);
        if (status !== 0) throw new SetupError(`${file} could not be unpacked: ${output.trim()}`);
      }
      renameSync(unpacked, root);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** What apt would install for them, themselves among it; nothing but themselves where it cannot tell. */
async function missingOf(packages) {
  const words = ['install', '--simulate', '--no-install-recommends', ...packages];
  const { output } = await run('apt-get', words);
  const named = [...output.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  return [...new Set([...packages, ...named])];
}
