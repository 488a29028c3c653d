import {
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { step } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const sources = [
  'src',
  'lab',
  'bench',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/**
 * Compiles to dist/ and builds the page when a source is newer than the last complete
 * build. Types are checked by `npm run types`; here they only cost time.
 */
export async function ensureBuild(root) {
  const stamp = join(root, 'dist', '.built');
  // taken before the compiler reads: a source saved meanwhile is seen next time
  const began = new Date();
  if (existsSync(stamp) && newest(root) <= statSync(stamp).mtimeMs) return;
  await step('Build', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { status, output } = await run(
      process.execPath,
      [compiler, '-p', 'tsconfig.build.json', '--noCheck'],
      { cwd: root, seconds: 300 },
    );
    if (status !== 0) throw broken('The sources do not compile', output);
    await buildPage(root);
    writeFileSync(stamp, `${began.toISOString()}\n`);
    utimesSync(stamp, began, began);
  });
}

/**
 * The administrator's page: src/web becomes dist/web, which the server answers with. It is
 * built beside it and put in its place, so that whoever starts meanwhile reads a whole one.
 */
async function buildPage(root) {
  const fresh = join(root, 'dist', `.web-${process.pid}`);
  const place = join(root, 'dist', 'web');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { status, output } = await run(
    process.execPath,
    [vite, 'build', '--config', 'src/web/vite.config.ts', '--outDir', fresh, '--logLevel', 'warn'],
    { cwd: root, seconds: 120 },
  );
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw broken('The page does not build', output);
  }
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}

const broken = (what, output) =>
  new SetupError(`${what}; mend this, then run it again:\n${output.trim()}`);

/** When the newest source changed, in ms; a folder counts too, since a file may have gone from it. */
function newest(root) {
  const times = sources.flatMap((name) => {
    const path = join(root, name);
    if (!existsSync(path)) return [];
    if (!statSync(path).isDirectory()) return [statSync(path).mtimeMs];
    const within = readdirSync(path, { recursive: true, withFileTypes: true });
    return [path, ...within.map((entry) => join(entry.parentPath, entry.name))].map(
      (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
  });
  return Math.max(...times);
}
