import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AsteriskHome } from './find.ts';

let known: boolean | undefined;

/** Whether the kernel gives us mount namespaces; unprivileged containers get none. */
export function canMount(): boolean {
  return (known ??= tryMount());
}

function tryMount(): boolean {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  try {
    const options = { stdio: 'ignore', timeout: 5000 } as const;
    execFileSync('unshare', [...asRoot, '--mount', 'true'], options);
    return true;
  } catch {
    return false;
  }
}

/**
 * A program of the root filesystem for a machine that refuses mounts: started by
 * the root's own dynamic linker with its own libraries and no chroot, so that it
 * sees this machine's files at their own paths.
 */
export function linked(root: string, [program = '', ...args]: readonly string[]): string[] {
  const libraries = ['/usr/lib', '/usr/lib64']
    .flatMap((lib) => [lib, ...subfolders(root, lib)])
    .map((lib) => join(root, lib));
  return [linker(root), '--library-path', libraries.join(':'), join(root, program), ...args];
}

/** Where Asterisk finds its modules and its own documents, as it will see them. */
export function pathsSeen({ root, modules }: AsteriskHome): { modules: string; shared: string } {
  const shared = '/usr/share/asterisk';
  if (root === null || canMount()) return { modules, shared };
  return { modules: join(root, modules), shared: join(root, shared) };
}

function linker(root: string): string {
  for (const folder of ['lib64', 'lib']) {
    const path = join(root, folder);
    const name = existsSync(path)
      ? readdirSync(path).find((entry) => /^ld-linux.*\.so\.[0-9]$/.test(entry))
      : undefined;
    if (name !== undefined) return join(path, name);
  }
  throw new Error(
    `There is no dynamic linker in ${root}: remove that folder to have it made anew.`,
  );
}

function subfolders(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.includes('-linux-gnu'))
    .map((name) => join(folder, name));
}
