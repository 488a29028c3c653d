import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrograms, missingPrograms } from './debian-packages.mjs';
import { cacheFolder } from './cache.mjs';
import { announce, step } from './progress.mjs';
import { programPath, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Installs what package-lock.json names, unless it is there already. Whether it
 * is there is read from the record that npm itself leaves in node_modules when
 * it has finished, so an interrupted installation is seen and done again.
 */
export async function ensureNpmPackages(root) {
  if (!installed(root)) {
    const registry = (await npm(root, ['config', 'get', 'registry'])).output
      .trim()
      .split('\n')
      .at(-1);
    announce(
      `Installing npm packages into ${join(root, 'node_modules')} (about 200 MB) from ${registry}`,
    );
    await step('npm packages', async (tail) => {
      // one question first: `npm ci` would ask hundreds of times in vain, for minutes
      const ping = await npm(root, ['ping', '--fetch-retries=0', '--fetch-timeout=20000'], tail);
      if (isUnreachable(ping.output)) throw npmFailure(ping.output, registry);
      // no package's own script runs here; the one that must is run below
      const result = await npm(
        root,
        ['ci', '--ignore-scripts', '--no-progress', '--loglevel=http'],
        tail,
      );
      if (result.status !== 0 || !installed(root)) throw npmFailure(result.output, registry);
    });
  }
  const safe = await safeHeaders();
  if ((!safe || existsSync(builtSafely(root))) && (await databaseLoads(root))) return;
  announce('Fetching or compiling SQLite for this Node (about a minute when it must be compiled)');
  let said = await rebuildDatabase(root, safe);
  const compiler = ['python3', 'make', 'g++'];
  if (!(await databaseLoads(root)) && missingPrograms(compiler).length > 0) {
    await ensurePrograms(compiler, 'to compile SQLite; about 250 MB');
    said = await rebuildDatabase(root, safe);
  }
  if (!(await databaseLoads(root))) throw sqliteFailure(said);
  if (safe) writeFileSync(builtSafely(root), `${process.version}\n`);
}

/** There when SQLite was compiled for this very checkout against headers that do no harm. */
const builtSafely = (root) => join(root, 'node_modules', '.sqlite-built-safely');

const safeNode = '24.18.1';

/**
 * From 24.19 on, Node 24's headers make better-sqlite3 12 abort when a statement is
 * collected (nodejs/node issue 65446). Compiled against earlier headers it runs on
 * them all. The folder of such headers, or undefined where they are not needed.
 */
async function safeHeaders() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major !== 24 || minor < 19) return undefined;
  const folder = join(cacheFolder(), `node-headers-${safeNode}`);
  if (existsSync(join(folder, 'include/node/node.h'))) return folder;
  announce(`Fetching the headers of Node ${safeNode} into ${folder}`);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const name = `node-linux-${process.arch}@${safeNode}`;
  const { status, output } = await npm(draft, ['pack', '--silent', name]);
  const archive = readdirSync(draft).find((file) => file.endsWith('.tgz'));
  if (status !== 0 || !archive) throw npmFailure(output, name);
  await run('tar', ['xzf', archive, '--strip-components=1', 'package/include'], { cwd: draft });
  rmSync(join(draft, archive));
  renameSync(draft, folder);
  return folder;
}

/** Fetches the ready-made library, or compiles it; what npm said. */
async function rebuildDatabase(root, safe) {
  let said = '';
  await step('SQLite for this Node', async (tail) => {
    const args = ['rebuild', 'better-sqlite3', '--foreground-scripts'];
    const { status, output } = safe
      ? await npm(root, [...args, '--build-from-source', `--nodedir=${safe}`], tail)
      : await npm(root, args, tail);
    said = output;
    return status === 0 ? '' : 'not yet';
  });
  return said;
}

/** Whether node_modules holds exactly the versions of the lock file. */
export function installed(root) {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const found = JSON.parse(
      readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8'),
    ).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.startsWith('node_modules/')) return true;
      const there = found[path];
      // what is for other processors and systems is left out by npm
      if (!there) return entry.optional === true || entry.peer === true;
      return (
        there.version === entry.version &&
        there.integrity === entry.integrity &&
        existsSync(join(root, path))
      );
    });
  } catch {
    return false;
  }
}

async function databaseLoads(root) {
  const probe = "new (require('better-sqlite3'))(':memory:').close()";
  return (await run(process.execPath, ['-e', probe], { cwd: root, seconds: 30 })).status === 0;
}

/** The npm that runs us if one does, so that it is one npm throughout. */
function npm(root, args, tail) {
  const script = process.env.npm_execpath;
  const viaScript = script?.endsWith('.js') && existsSync(script);
  const program = viaScript ? process.execPath : programPath('npm');
  if (!program) {
    throw new SetupError(
      'Node is here but npm is not: install npm 10 or newer, then run this again.',
    );
  }
  // Node's own headers, where this machine has them, save a download when SQLite is compiled
  const home = dirname(dirname(process.execPath));
  const headers = existsSync(join(home, 'include/node/node.h')) ? { npm_config_nodedir: home } : {};
  return run(program, [...(viaScript ? [script] : []), ...args], {
    cwd: root,
    tail,
    env: {
      npm_config_fetch_retry_mintimeout: '1000',
      npm_config_fetch_retry_maxtimeout: '5000',
      // a run of `npm start` hands its own settings on, and these would bend ours
      npm_config_ignore_scripts: '',
      NODE_ENV: '',
      ...headers,
    },
  });
}

const isUnreachable = (output) =>
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b|network (?:timeout|request)/.test(
    output,
  );

/** One sentence for what npm said. */
export function npmFailure(output, registry) {
  if (isUnreachable(output)) {
    return new SetupError(
      `The npm registry did not answer (${registry}): check the network, or name a registry that can be reached with npm config set registry, then run this again.`,
    );
  }
  if (/\bE40[13]\b/.test(output)) {
    return new SetupError(
      `The npm registry refused us (${registry}): log in to it with npm login, then run this again.`,
    );
  }
  if (/\bENOSPC\b/.test(output)) {
    return new SetupError('The disk is full: make room, then run this again.');
  }
  const reason =
    output
      .split('\n')
      .filter((line) => /^npm (ERR!|error)/.test(line))
      .map((line) => line.replace(/^npm (ERR!|error)\s*/, '').trim())
      .find((line) => line && !/^(code|errno|syscall|path)\b/.test(line)) ?? 'no reason given';
  return new SetupError(
    `npm could not install the packages (${reason}): mend that with npm ci in this folder, then run this again.`,
  );
}

function sqliteFailure(output) {
  const reason =
    output.split('\n').findLast((line) => /\berr(or|!)/i.test(line)) ?? 'no reason given';
  return new SetupError(
    `SQLite (better-sqlite3) could be neither fetched nor compiled for Node ${process.versions.node} (${reason.trim().slice(0, 120)}): run npm rebuild better-sqlite3 --foreground-scripts to see all of it, mend that, then run this again.`,
  );
}
