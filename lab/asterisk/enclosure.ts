import type { AsteriskHome } from './find.ts';
import { canMount, linked } from './without-mounts.ts';

export interface EnclosureOptions {
  /** Directories of this machine that the program sees under the same absolute path; they must exist. */
  readonly visible: readonly string[];
  /** As whom it runs, without any capability. Absent: as we do. Only root may choose. */
  readonly uid?: number | undefined;
  /** In front of everything, such as `['ip', 'netns', 'exec', 'server']`. */
  readonly prefix?: readonly string[] | undefined;
}

/**
 * A root filesystem put together on a tmpfs in a mount namespace of its own: the
 * programs read-only from the shared cache, the visible directories at their own
 * paths. Nothing is written to the cache, nothing shows on this machine, and the
 * kernel takes it all away with the program.
 *
 * $1 is the root, then the directories, `--`, and the command.
 */
const script = `
set -eu
root=$1; shift
new=$root/mnt
mount -t tmpfs -o mode=755 tmpfs "$new"
for entry in "$root"/*; do
  name=\${entry##*/}
  case $name in
    usr|etc|bin|sbin|lib|lib??|libx32)
      if [ -L "$entry" ]; then cp -P "$entry" "$new/"
      else
        mkdir "$new/$name"
        mount --bind "$entry" "$new/$name"
        mount -o remount,bind,ro "$new/$name"
      fi;;
  esac
done
mkdir -m 1777 "$new/tmp"
mkdir "$new/run" "$new/var" "$new/proc" "$new/dev"
mount --rbind /proc "$new/proc"
mount --rbind /dev "$new/dev"
while [ "$1" != -- ]; do
  mkdir -p "$new$1"
  mount --bind "$1" "$new$1"
  shift
done
shift
cd /
exec chroot "$new" "$@"
`;

/**
 * The command line that runs a program of the home. Every step replaces itself
 * by the next, so the process started is the program itself. Where the kernel
 * refuses mounts there is no enclosure, see without-mounts.
 */
export function enclosed(
  home: AsteriskHome,
  options: EnclosureOptions,
  command: readonly string[],
): [string, ...string[]] {
  const isRoot = process.getuid?.() === 0;
  // dies with us, even if we are killed: a lab must not leave a PBX behind
  const leash = ['setpriv', '--pdeathsig', 'KILL'];
  const drop =
    isRoot && options.uid !== undefined
      ? [
          `--reuid=${options.uid}`,
          `--regid=${options.uid}`,
          '--clear-groups',
          '--no-new-privs',
        ].concat('--bounding-set=-all', '--inh-caps=-all')
      : [];
  const unshare = isRoot ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];
  const { root } = home;
  const mounts = root !== null && canMount();
  const enter = !mounts
    ? []
    : [...unshare, 'sh', '-c', script, 'enclosure', root, ...options.visible, '--'];
  const [program = '', ...args] = [
    ...(options.prefix ?? []),
    ...enter,
    ...leash,
    ...drop,
    ...(root === null || mounts ? command : linked(root, command)),
  ];
  return [program, ...args];
}
