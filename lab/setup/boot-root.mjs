import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { ensureRoot } from './debian-root.mjs';

const suite = 'bookworm';

/** What the administrator of a small host has; node comes from this machine (Debian's is too old). */
const packages = [
  ...['systemd', 'systemd-sysv', 'udev', 'kmod', 'initramfs-tools', 'zstd'],
  'linux-image-cloud-amd64',
  ...['nftables', 'conntrack', 'ipset', 'iptables', 'iproute2', 'ifupdown', 'procps'],
  ...['espeak-ng', 'sox', 'libstdc++6'],
];

/** The root of a Debian that boots by itself, without dialgate; built once. */
export async function ensureBootRoot() {
  const root = join(cacheFolder(), 'boot-root');
  const size = 'about 150 MB to fetch, 500 MB on disk';
  await ensureRoot({ root, suite, packages, name: 'a Debian that boots', size, tried });
  return root;
}

/** Its node is the one that runs us. */
function tried(folder) {
  mkdirSync(join(folder, 'var/log'), { recursive: true });
  copyFileSync(process.execPath, join(folder, 'usr/bin/node'));
}
