import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Compiled {
  /** The program's path, for `node`. */
  readonly program: string;
  remove(): void;
}

/**
 * Compiles one program, and what it imports, so that it can run
 * as a process of its own: Node 20 does not read TypeScript.
 */
export function compile(source: URL): Compiled {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-compiled-'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: root,
        outDir: folder,
        sourceMap: false,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [fileURLToPath(source)],
    }),
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { timeout: 60_000 });
  return {
    program: join(folder, relative(root, fileURLToPath(source)).replace(/\.ts$/, '.js')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
