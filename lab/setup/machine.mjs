import { programPath } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** Stops with one sentence unless the lab can be set up on this machine at all. */
export function checkMachine({
  platform = process.platform,
  node = process.versions.node,
  uid = process.getuid?.(),
  find = programPath,
} = {}) {
  if (platform !== 'linux') {
    throw new SetupError(
      `The lab needs Linux (this is ${platform}): run it in a Debian 12 virtual machine.`,
    );
  }
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      `Node ${node} is too old: install Node 20.19 or newer (22 or 24 will do), then run this again.`,
    );
  }
  if (uid !== 0) {
    throw new SetupError(
      'The lab makes network namespaces and installs packages, so it needs root: run it with sudo or as root.',
    );
  }
  if (!find('apt-get') || !find('dpkg-query')) {
    throw new SetupError(
      'There is no apt-get here: the lab sets itself up on Debian 12 or newer and on its relatives, such as Ubuntu.',
    );
  }
}
