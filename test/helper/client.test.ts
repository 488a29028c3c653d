import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { longestRequest } from '../../src/firewall/wire.ts';
import { listen } from '../../src/helper/socket/socket-server.ts';
import { soon } from './soon.ts';

test('long requests that wait are not all read: what one client can have kept for it is bounded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-client-'));
  const path = join(folder, 'socket');
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  let answered = 0;
  const server = await listen(path, 0o600, async () => {
    await held;
    return { id: ++answered };
  });
  const client = connect(path);
  try {
    client.on('error', () => undefined).resume();
    const line = Buffer.alloc(longestRequest, 'x');
    line[line.length - 1] = 0x0a;
    const many = 12;
    for (let n = 0; n < many; n++) client.write(line);
    const unsent = (): number => client.writableLength / longestRequest;
    await sleep(1000);
    // one is being answered, one waits, one is half read
    expect(unsent()).toBeGreaterThan(many - 4);
    answer();
    await soon(() => answered === many);
  } finally {
    client.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);
