import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { listen, listenUnix } from '../../src/http/listen.ts';
import { ask, letGoOf, newFolder } from './workshop.ts';

const app = express().get('/', (_request, response) => {
  response.json({ here: true });
});

describe('the administrators’ socket', () => {
  it('has exactly the mode that was asked for, whatever the umask, and goes when closed', async () => {
    const path = join(newFolder(), 'admin.sock');
    for (const mode of [0o600, 0o660, 0o666]) {
      for (const umask of [0o000, 0o077]) {
        const before = process.umask(umask);
        const listening = await listenUnix(app, path, mode);
        expect(process.umask(before)).toBe(umask);
        expect((statSync(path).mode & 0o777).toString(8)).toBe(mode.toString(8));
        expect((await ask(path, 'GET', '/')).body).toEqual({ here: true });
        await listening.close();
        expect(existsSync(path)).toBe(false);
      }
    }
  });

  it('replaces what a crash left', async () => {
    const path = join(newFolder(), 'admin.sock');
    const crashed = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`,
    ]);
    await once(crashed.stdout, 'data');
    crashed.kill('SIGKILL');
    await once(crashed, 'exit');
    expect(existsSync(path)).toBe(true);
    const listening = await listenUnix(app, path, 0o600);
    letGoOf(() => listening.close());
    expect((await ask(path, 'GET', '/')).status).toBe(200);
  });

  it('does not take the place of one that is served', async () => {
    const path = join(newFolder(), 'admin.sock');
    const first = await listenUnix(app, path, 0o600);
    letGoOf(() => first.close());
    await expect(listenUnix(app, path, 0o600)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('another dialgate') as string,
    });
    expect((await ask(path, 'GET', '/')).status).toBe(200);
  });

  it('does not remove a file of another kind', async () => {
    const path = join(newFolder(), 'precious');
    writeFileSync(path, 'keep me');
    chmodSync(path, 0o600);
    await expect(listenUnix(app, path, 0o600)).rejects.toMatchObject({ code: 'internal' });
    expect(statSync(path).size).toBe(7);
  });

  it('names the mend when the folder is missing, or the path too long for a socket', async () => {
    const missing = join(newFolder(), 'nowhere', 'admin.sock');
    await expect(listenUnix(app, missing, 0o600)).rejects.toThrow(/folder .* does not exist/);
    const long = join(newFolder(), 'x'.repeat(120));
    await expect(listenUnix(app, long, 0o600)).rejects.toThrow(/too long for a socket/);
  });
});

describe('a peer that dawdles', () => {
  it.each([
    ['within the headers', 'GET / HTTP/1.1\r\nHost: local', /^HTTP\/1\.1 408 /],
    ['within the body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{', /408 /],
    ['before the first word', '', /^HTTP\/1\.1 408 /],
  ])('%s is let go of, and the others are served', async (_, text, expected) => {
    // reads the body to its end before it answers
    const reading = express().use(express.text({ type: () => true }), app);
    const limits = { headers: 0.1, request: 0.2, silence: 0.6 };
    const listening = await listen(reading, { host: '127.0.0.1', port: 0 }, limits);
    letGoOf(() => listening.close(0));
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(listening.at).port) });
    letGoOf(() => void socket.destroy());
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.write(text);
    await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    expect(heard).toMatch(expected);
    expect((await ask(listening.at, 'GET', '/')).status).toBe(200);
  });
});

describe('the port', () => {
  it('is told as a URL', async () => {
    const four = await listen(app, { host: '127.0.0.1', port: 0 });
    expect(four.at).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask(four.at, 'GET', '/')).status).toBe(200);
    await four.close();
  });

  it('names the mend when it is taken, or the address is not ours', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    letGoOf(() => void other.close());
    const { port } = other.address() as { port: number };
    await expect(listen(app, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/taken.*configuration/) as string,
    });
    await expect(listen(app, { host: '203.0.113.1', port: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/not an address of this machine/) as string,
    });
  });
});
