import { setTimeout as sleep } from 'node:timers/promises';
import { announce, step } from './progress.mjs';
import { programPath, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** Debian's package for each program that the lab runs. */
const packageOf = {
  nft: 'nftables',
  ip: 'iproute2',
  conntrack: 'conntrack',
  ipset: 'ipset',
  'espeak-ng': 'espeak-ng',
  sox: 'sox',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  debootstrap: 'debootstrap',
  sipp: 'sip-tester',
  curl: 'curl',
  tcpdump: 'tcpdump',
  dnsmasq: 'dnsmasq-base',
  iptables: 'iptables',
  python3: 'python3',
  'dbus-daemon': 'dbus-daemon',
  // perl-base, which every Debian has, cannot measure time; who has this has all of it
  prove: 'perl',
  'systemd-analyze': 'systemd',
  'systemd-nspawn': 'systemd-container',
  nsenter: 'util-linux',
  chromium: 'chromium',
  make: 'make',
  'g++': 'g++',
};

/** The programs that are not there yet. */
export function missingPrograms(programs, find = programPath) {
  return programs.filter((program) => !find(program));
}

/** Installs the packages of those programs that are missing; silent and offline when none is. */
export async function ensurePrograms(programs, why) {
  const missing = missingPrograms(programs);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => packageOf[program]))];
  announce(`Installing Debian packages (${why}): ${packages.join(' ')}`);
  await step('Debian packages', async (tail) => {
    const unknown = async () => {
      const { status } = await run('apt-get', ['install', '--simulate', ...packages]);
      return status !== 0;
    };
    // the package lists of a fresh machine are empty or old
    const updated = await unknown();
    if (updated) await aptGet(['update'], tail);
    let result = await aptGet(['install', '-y', '--no-install-recommends', ...packages], tail);
    if (result.status !== 0 && !updated) {
      await aptGet(['update'], tail);
      result = await aptGet(['install', '-y', '--no-install-recommends', ...packages], tail);
    }
    const still = missingPrograms(missing);
    if (result.status !== 0 || still.length > 0) throw aptFailure(result.output, packages);
    return packages.join(' ');
  });
}

const locked = /Could not get lock|Unable to (?:lock|acquire)|Could not open lock/;

/** apt-get, waiting up to two minutes for another one that holds its lock. */
async function aptGet(args, tail) {
  const seconds = Number(process.env.DIALGATE_APT_WAIT ?? 120);
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const result = await run('apt-get', ['-o', 'Acquire::Retries=2', ...args], {
      tail,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (result.status === 0 || !locked.test(result.output)) return result;
    const holder = /held by process (\d+)(?: \(([^)]*)\))?/.exec(result.output);
    const name = holder ? `process ${holder[1]}${holder[2] ? ` (${holder[2]})` : ''}` : 'another';
    if (Date.now() > deadline) {
      throw new SetupError(
        `apt is in use by ${name} and was not free within ${seconds} s: let it end, then run this again.`,
      );
    }
    tail(`apt is in use by ${name}; waiting`);
    await sleep(2000);
  }
}

/** One sentence for what apt-get said. */
export function aptFailure(output, packages) {
  const what = packages.join(' ');
  const unreachable =
    /Failed to fetch\s+(\S+)|Could not (?:resolve|connect to)\s+'?([^\s':]+)|Unable to connect to\s+(\S+?):/.exec(
      output,
    );
  if (unreachable) {
    const where = unreachable.slice(1).find(Boolean);
    return new SetupError(
      `Debian's mirror did not answer (${where}): check the network and the addresses in /etc/apt, then run this again (wanted: ${what}).`,
    );
  }
  if (/Unable to locate package|has no installation candidate/.test(output)) {
    return new SetupError(
      `The machine's apt sources do not offer ${what}: check that /etc/apt names Debian's main archive and that it can be reached, run apt-get update, then this again.`,
    );
  }
  if (/No space left|not have enough free space/.test(output)) {
    return new SetupError(`The disk is full: make room, then run this again (wanted: ${what}).`);
  }
  const reason = output.split('\n').findLast((line) => line.startsWith('E: ')) ?? 'no reason given';
  return new SetupError(
    `apt-get could not install ${what} (${reason.trim()}): mend that with apt-get install -f, then run this again.`,
  );
}
