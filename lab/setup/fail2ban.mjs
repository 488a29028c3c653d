import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { ensurePrograms } from './debian-packages.mjs';
import { withLock } from './lock.mjs';
import { announce, step } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Debian's fail2ban for the tests, unpacked and not installed: installed, it would
 * begin at once to watch this machine and to ban.
 */
export async function ensureFail2ban() {
  const root = join(cacheFolder(), 'fail2ban');
  if (existsSync(root)) return;
  await ensurePrograms(['python3'], 'to run fail2ban in tests');
  mkdirSync(cacheFolder(), { recursive: true });
  await withLock(`${root}.lock`, () => (existsSync(root) ? undefined : fetch(root)), {
    onWait: (pid) => announce(`Process ${pid} is fetching fail2ban; waiting for it`),
  });
}

function fetch(root) {
  return step('fail2ban', async (tail) => {
    const folder = mkdtempSync(`${root}-`);
    try {
      const download = () => run('apt-get', ['download', 'fail2ban'], { cwd: folder, tail });
      let result = await download();
      // the package lists of a fresh machine are empty or old
      if (result.status !== 0) {
        await run('apt-get', ['update'], { tail });
        result = await download();
      }
      const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
      if (result.status !== 0 || !file) {
        throw new SetupError(
          `fail2ban could not be fetched (${result.output.trim().split('\n').at(-1)}): check the network and the addresses in /etc/apt, then run this again.`,
        );
      }
      const unpacked = join(folder, 'root');
      const { status, output } = await run('dpkg-deb', ['-x', join(folder, file), unpacked]);
      if (status !== 0) throw new SetupError(`fail2ban could not be unpacked: ${output.trim()}`);
      renameSync(unpacked, root);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
