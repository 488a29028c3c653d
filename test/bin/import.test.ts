import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtEntry } from '../fixtures/built.ts';

/** The real program, on a database of its own, with nobody who serves. */

const count = 6000;
let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-import-'));
  config = join(folder, 'dialgate.yaml');
  writeFileSync(join(folder, 'secret.key'), `${'03'.repeat(32)}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'ari.password'), 'secret\n', { mode: 0o600 });
  writeFileSync(
    config,
    [
      `database: ${join(folder, 'dialgate.db')}`,
      `key_file: ${join(folder, 'secret.key')}`,
      `asterisk: { password_file: ${join(folder, 'ari.password')} }`,
      'firewall: { kind: dry-run, services: [sip, web] }',
      'access: { services: [sip], also_allow: [198.18.0.0/15] }',
      `http: { admin_socket: ${join(folder, 'admin.sock')} }`,
    ].join('\n'),
  );
  const lines = Array.from({ length: count }, (_, n) => `198.18.${n >> 8}.${n & 255} # ${n}\n`);
  writeFileSync(join(folder, 'list.txt'), lines.join(''));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Import {
  readonly ended: Promise<unknown>;
  readonly said: () => string;
  interrupt(): void;
}

async function startImport(): Promise<Import> {
  const program = await builtEntry('bin/dialgate');
  const words = ['-c', config, 'import', 'list', join(folder, 'list.txt'), '--apply'];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  return {
    ended: once(child, 'close').then(([status]: unknown[]) => status),
    said: () => said,
    interrupt: () => void child.kill('SIGINT'),
  };
}

function there(): number {
  try {
    const database = new Sqlite(join(folder, 'dialgate.db'), { readonly: true });
    try {
      return database.prepare<[], number>('SELECT count(*) FROM entries').pluck().get() ?? 0;
    } finally {
      database.close();
    }
  } catch {
    return 0; // not there yet
  }
}

it('Ctrl-C ends an import after the batch under way; run again, it goes on', async () => {
  const first = await startImport();
  for (let tries = 0; tries < 6000 && there() === 0; tries++) await sleep(5);
  first.interrupt();
  expect(await first.ended).toBe(1);
  const some = there();
  expect([some % 250, some > 0 && some < count]).toEqual([0, true]);
  expect(first.said()).toContain(`Added: ${some} entries.`);
  expect(first.said()).toMatch(/Stopped before the end: It was interrupted\.\nNot tried: \d+/);
  const second = await startImport();
  expect([await second.ended, there()]).toEqual([0, count]);
  expect(second.said()).toContain(`There already: ${some} entries.`);
  expect(second.said()).toContain(`Added: ${count - some} entries.`);
}, 120_000);
