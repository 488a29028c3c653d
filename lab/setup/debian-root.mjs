import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { ensurePrograms } from './debian-packages.mjs';
import { aptProxy, debianMirror } from './debian-mirror.mjs';
import { startTimeOf, withLock } from './lock.mjs';
import { announce, step } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const stampOf = (root) => join(root, 'etc', 'dialgate-root.json');

/** Whether a root with these packages was built to the end. */
export function complete(root, packages) {
  try {
    return JSON.parse(readFileSync(stampOf(root), 'utf8')).packages.join() === packages.join();
  } catch {
    return false;
  }
}

/**
 * A root filesystem of Debian's `suite` with `packages`, built once. `name` is what it is
 * for, `size` what it costs. `tried(folder)` may throw, and its answer is shown at the end.
 */
export async function ensureRoot({ root, suite, packages, name, size, tried }) {
  if (complete(root, packages)) return;
  await ensurePrograms(['debootstrap'], `to fetch ${name}`);
  const wanted = { root, suite, packages, name, size, tried };
  await withLock(`${root}.lock`, () => (complete(root, packages) ? undefined : build(wanted)), {
    onWait: (pid) => announce(`Process ${pid} is building the root of ${name}; waiting for it`),
  });
}

async function build({ root, suite, packages, name, size, tried }) {
  const mirror = await debianMirror();
  const folder = `${root}.building-${process.pid}-${startTimeOf(process.pid)}`;
  announce(
    `Fetching ${name} from Debian ${suite} (${mirror.uri}) into ${root}\n  (${size}; a minute or two; once only)`,
  );
  mkdirSync(dirname(root), { recursive: true });
  removeAbandoned(root);
  try {
    await step(`${name} from Debian ${suite}`, async (tail) => {
      const result = await debootstrap({ ...mirror, suite, packages }, folder, tail);
      if (result.status !== 0) throw failure(result.output, mirror.uri, suite, name);
      trim(folder);
      const note = await tried?.(folder);
      const built = { suite, packages, builtAt: new Date().toISOString() };
      writeFileSync(stampOf(folder), `${JSON.stringify(built)}\n`);
      rmSync(root, { recursive: true, force: true });
      renameSync(folder, root);
      return note;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function debootstrap({ uri, keyrings, suite, packages }, folder, tail) {
  mkdirSync(folder, { mode: 0o755 });
  const keyring = join(folder, '.keyring.gpg');
  const files = ['/usr/share/keyrings/debian-archive-keyring.gpg', ...keyrings];
  const keys = [...new Set(files)].filter((file) => existsSync(file));
  writeFileSync(keyring, Buffer.concat(keys.map((file) => readFileSync(file))));
  const command = [
    'debootstrap',
    '--variant=minbase',
    ...(keys.length > 0 ? [`--keyring=${keyring}`] : []),
    `--include=${packages.join(',')}`,
    ...[suite, folder, uri],
    // an older debootstrap does not know the release's name; sid's way of building fits it
    '/usr/share/debootstrap/scripts/sid',
  ];
  // in a mount namespace of its own: what it mounts goes when it goes, however it ends
  const alone = ['--mount', '--propagation', 'private'];
  const canUnshare = (await run('unshare', [...alone, 'true'])).status === 0;
  const enclosed = canUnshare ? ['unshare', ...alone, ...command] : command;
  const args = ['--pdeathsig', 'KILL', ...enclosed];
  return run('setpriv', args, {
    tail,
    env: { DEBIAN_FRONTEND: 'noninteractive', ...(await aptProxy()) },
  });
}

/** What a fifth of the size is, and nobody reads here. */
function trim(root) {
  const useless = [
    'var/cache/apt',
    'var/lib/apt/lists',
    'var/log',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/info',
    'usr/share/locale',
    'usr/share/lintian',
    'debootstrap',
    '.keyring.gpg',
  ];
  for (const path of useless) rmSync(join(root, path), { recursive: true, force: true });
}

/** What builds that were cut short have left. Only called under the lock. */
function removeAbandoned(root) {
  const prefix = `${root.split('/').at(-1)}.building-`;
  for (const name of readdirSync(dirname(root)).filter((entry) => entry.startsWith(prefix))) {
    const [pid, startTime] = name.slice(prefix.length).split('-').map(Number);
    if (startTimeOf(pid) === startTime) continue;
    rmSync(join(dirname(root), name), { recursive: true, force: true });
  }
}

function failure(output, uri, suite, name) {
  if (
    /Failed getting release file|Couldn't download|Failed to download|unable to resolve|Couldn't retrieve/i.test(
      output,
    )
  ) {
    return new SetupError(
      `Debian's mirror ${uri} did not deliver ${suite}: check the network and the addresses in /etc/apt, then run this again.`,
    );
  }
  if (/No space left/.test(output)) {
    return new SetupError(
      `The disk is full below ${cacheFolder()}: make room or set DIALGATE_CACHE to another folder, then run this again.`,
    );
  }
  if (/signed by unknown key|Invalid Release signature|gpgv/.test(output)) {
    return new SetupError(
      `The signature of Debian ${suite} could not be checked: apt-get install --only-upgrade debian-archive-keyring, then run this again.`,
    );
  }
  const reason = output.trim().split('\n').slice(-3).join(' ');
  return new SetupError(
    `debootstrap could not build the root filesystem of ${name} (${reason}): mend that, then run this again.`,
  );
}
