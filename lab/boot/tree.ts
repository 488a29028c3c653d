import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import { sh } from '../shell.ts';
import { enabled, guestFiles } from './guest.ts';

/** What is copied besides the packages that dialgate needs to run. */
const parts = ['dist', 'db', 'deploy', 'dialplan', 'sounds', 'src/asterisk/npm', 'package.json'];

/** The guest's files, in `folder`: a Debian that boots (`root`), and dialgate on it as README.md says. */
export async function makeTree(root: string, folder: string): Promise<void> {
  const tree = join(folder, 'tree');
  await sh('cp', '-a', '--reflink=auto', root, tree);
  const opt = join(tree, 'opt/dialgate');
  for (const path of [...parts, ...neededPackages()]) {
    mkdirSync(dirname(join(opt, path)), { recursive: true });
    await sh('cp', '-a', join(packageRoot, path), join(opt, path));
  }
  for (const [path, text] of Object.entries(guestFiles)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    const mode = path.startsWith('usr/bin/') ? 0o755 : 0o644;
    writeFileSync(join(tree, path), text, { mode });
  }
  const units = ['dialgate-helper.service', 'dialgate.service'];
  const unban = ['dialgate-unban.service', 'dialgate-unban.socket'];
  for (const unit of [...units, ...unban]) {
    cpSync(join(packageRoot, 'deploy', unit), join(tree, 'etc/systemd/system', unit));
  }
  // what the guest's journal said is there when something failed
  mkdirSync(join(tree, 'var/log/journal'), { recursive: true });
  mkdirSync(join(tree, 'etc/sysusers.d'), { recursive: true });
  const users = join(packageRoot, 'deploy/dialgate.sysusers.conf');
  cpSync(users, join(tree, 'etc/sysusers.d/dialgate.conf'));
  await sh('systemd-sysusers', `--root=${tree}`);
  const cli = '/opt/dialgate/dist/src/bin/dialgate.js';
  await sh('chroot', tree, '/usr/bin/node', cli, 'init', '--owner', 'dialgate');
  await sh('systemctl', `--root=${tree}`, 'enable', ...enabled);
}

/** Of node_modules, what `npm ci --omit=dev` would install. */
function neededPackages(): string[] {
  const lock = JSON.parse(
    readFileSync(join(packageRoot, 'node_modules/.package-lock.json'), 'utf8'),
  ) as { packages: Record<string, { dev?: boolean }> };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true)
    .map(([path]) => path)
    .filter((path) => !path.slice('node_modules/'.length).includes('/node_modules/'));
}
