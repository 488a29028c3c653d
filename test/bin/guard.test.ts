import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGuard, sshConnection } from '../../src/bin/guard.ts';

const words = '203.0.113.9 50123 198.51.100.1 22';

test('the connection is what sshd says', () => {
  expect(sshConnection(1, { SSH_CONNECTION: words })).toEqual({ address: '203.0.113.9', port: 22 });
  for (const SSH_CONNECTION of [undefined, '', 'x', '203.0.113.9 1 198.51.100.1 ssh']) {
    expect(sshConnection(1, { SSH_CONNECTION })).toBeNull();
  }
});

test('the connection is found through programs that clear the environment', async () => {
  // a shell by SSH, then what sudo leaves, then the command
  const shell = spawn('/bin/sh', ['-c', `env -i /bin/sh -c 'sleep 30 & echo $!; wait'; :`], {
    env: { PATH: process.env['PATH'] ?? '', SSH_CONNECTION: words },
    detached: true,
  });
  try {
    const [chunk] = (await once(shell.stdout, 'data')) as [Buffer];
    expect(sshConnection(Number(String(chunk)), {})).toEqual({ address: '203.0.113.9', port: 22 });
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGKILL');
  }
});

test('the guard is found beside the app’s socket, and without any configuration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-guard-'));
  const config = join(folder, 'dialgate.yaml');
  try {
    const where = (): Promise<unknown> => openGuard(config, undefined).status();
    await expect(where()).rejects.toThrow('/run/dialgate-helper/guard.sock');
    writeFileSync(
      config,
      `access: { services: [web] }\nfirewall: { kind: helper, socket: ${folder}/helper.sock }\n`,
    );
    await expect(where()).rejects.toThrow(`${folder}/guard.sock`);
    await expect(openGuard(config, join(folder, 'x')).status()).rejects.toThrow(`${folder}/x`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
