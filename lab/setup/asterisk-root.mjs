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
  if (complete(root)) return root;
  await ensurePrograms(['debootstrap'], "to fetch the lab's Asterisk");
  await withLock(`${root}.lock`, () => (complete(root) ? undefined : build(root)), {
    onWait: (pid) =>
      announce(`Process ${pid} is building Asterisk's root filesystem; waiting for it`),
  });
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

const stampOf = (root) => join(root, 'etc', 'dialgate-root.json');

/** Whether the root was built to the end. */
export function complete(root) {
  try {
    return JSON.parse(readFileSync(stampOf(root), 'utf8')).packages.join() === packages.join();
  } catch {
    return false;
  }
}

async function build(root) {
  const mirror = await debianMirror();
  const folder = `${root}.building-${process.pid}-${startTimeOf(process.pid)}`;
  announce(
    `Fetching Asterisk 22 and SIPp from Debian ${suite} (${mirror.uri}) into ${root}\n` +
      '  (about 200 MB to fetch, 550 MB on disk; a minute or two; once only)',
  );
  mkdirSync(dirname(root), { recursive: true });
  removeAbandoned(root);
  try {
    await step(`Asterisk from Debian ${suite}`, async (tail) => {
      const result = await debootstrap(mirror, folder, tail);
      if (result.status !== 0) throw debootstrapFailure(result.output, mirror.uri);
      trim(folder);
      const version = await run('chroot', [folder, 'asterisk', '-V'], { seconds: 20 });
      if (version.status !== 0) {
        throw new SetupError(
          `The Asterisk from Debian ${suite} does not run here (${version.output.trim()}): this processor or kernel is too old for it.`,
        );
      }
      const built = { suite, packages, builtAt: new Date().toISOString() };
      writeFileSync(stampOf(folder), `${JSON.stringify(built)}\n`);
      rmSync(root, { recursive: true, force: true });
      renameSync(folder, root);
      return version.output.trim();
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function debootstrap({ uri, keyrings }, folder, tail) {
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

function debootstrapFailure(output, uri) {
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
    `debootstrap could not build Asterisk's root filesystem (${reason}): mend that, then run this again.`,
  );
}
