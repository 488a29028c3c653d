import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCallLog } from '../../src/access/call-log.ts';
import { readConfig } from '../../src/bin/config.ts';
import { isServed } from '../../src/bin/with-rest.ts';
import { systemClock } from '../../src/domain/time.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { builtEntry } from '../fixtures/built.ts';
import { freeTcpPort } from '../fixtures/free-ports.ts';
import { testSeal } from '../fixtures/record-seal.ts';

// two starts of the whole program, and a stop
vi.setConfig({ testTimeout: 60_000 });

let program: string;
let folder: string;
let config: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  program = await builtEntry('bin/dialgate');
  folder = mkdtempSync(join(tmpdir(), 'dialgate-serve-'));
  config = join(folder, 'dialgate.yaml');
  const keyFile = join(folder, 'secret.key');
  const password = join(folder, 'ari.password');
  // the key of testSeal
  writeFileSync(keyFile, Buffer.alloc(32, 'a key of tests').toString('hex'), { mode: 0o600 });
  writeFileSync(password, 'a password of tests\n', { mode: 0o600 });
  writeFileSync(
    config,
    `database: ${join(folder, 'dialgate.db')}
key_file: ${keyFile}
asterisk: { url: 'http://127.0.0.1:${await freeTcpPort()}', password_file: ${password} }
http: { port: ${await freeTcpPort()}, admin_socket: ${join(folder, 'admin.sock')} }
firewall: { kind: dry-run, services: [web] }
access: { services: [web] }
speech: { cache: ${join(folder, 'sounds')} }
`,
  );
});
afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
  rmSync(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
});

const serve = (): ChildProcess =>
  spawn(process.execPath, [program, '--config', config, 'serve'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });

const ended = async (server: ChildProcess): Promise<{ status: unknown; said: string }> => {
  let said = '';
  server.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  const [status] = (await once(server, 'close')) as [unknown];
  return { status, said };
};

it('leaves the calls and the record of another alone that serves already', async () => {
  running = serve();
  const first = ended(running);
  await expect.poll(() => isServed(readConfig(config)), { timeout: 20_000 }).toBe(true);
  const database = openDatabase(join(folder, 'dialgate.db'), {
    migrations: resolve(import.meta.dirname, '../../db'),
  });
  const stores = createStores(database, testSeal);
  try {
    const calls = createCallLog(stores, systemClock, {
      country: '',
      international: '00',
      trunk: '',
    });
    await calls.began({ callerNumber: '+15550142', dialled: '100', attestation: null });

    const { status, said } = await ended(serve());

    expect(status).toBe(1);
    expect(said).toMatch(/admin\.sock is served already: is another dialgate running\?/);
    expect(await stores.calls.list({ limit: 9 })).toMatchObject([{ outcome: null }]);
    const kinds = (await stores.audit.list({ limit: 100 })).map(({ kind }) => kind);
    const told = kinds.filter((kind) => /^(server|call)-/.test(kind));
    expect(told).toEqual(['call-began', 'server-started']);
  } finally {
    stores.close();
  }
  running.kill('SIGTERM');
  expect((await first).status).toBe(0);
});
