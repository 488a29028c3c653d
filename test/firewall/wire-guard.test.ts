import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { GuardClient } from '../../src/firewall/guard-client.ts';
import { parseGuardRequest } from '../../src/firewall/wire-guard.ts';

const enable = {
  id: 3,
  verb: 'enable',
  test: 180,
  force: false,
  unproven: false,
  connection: { address: '203.0.113.9', port: 22 },
};

test.each([
  { id: 1, verb: 'status' },
  { id: 2, verb: 'plan', connection: null },
  enable,
  { ...enable, test: null, connection: null },
  { id: 4, verb: 'restore', apply: true },
])('reads %j', (request) => {
  expect(parseGuardRequest(JSON.stringify(request))).toEqual({ request });
});

test.each([
  ['{', null, 'malformed'],
  [{ verb: 'status' }, null, 'malformed'],
  [{ id: 1, verb: 'open', address: '203.0.113.7', services: [] }, 1, 'unknown-verb'],
  [{ id: 1, verb: 7 }, 1, 'malformed'],
  [{ id: 1, verb: 'disable', now: true }, 1, 'malformed'],
  [{ ...enable, test: 3601 }, 3, 'malformed'],
  [{ ...enable, test: 0 }, 3, 'malformed'],
  [{ ...enable, test: 'null' }, 3, 'malformed'],
  [{ ...enable, force: 1 }, 3, 'malformed'],
  [{ ...enable, unproven: undefined }, 3, 'malformed'],
  [{ ...enable, connection: { address: '203.0.113.9' } }, 3, 'malformed'],
  [{ ...enable, connection: { address: 7, port: 22 } }, 3, 'malformed'],
  [{ id: 4, verb: 'restore' }, 4, 'malformed'],
])('refuses %j', (request, id, code) => {
  const line = typeof request === 'string' ? request : JSON.stringify(request);
  expect(parseGuardRequest(line)).toMatchObject({ id, error: { code } });
});

describe('the client', () => {
  let folder: string;
  let server: Server;
  let heard: string;
  const guard = (deadline?: number): GuardClient => new GuardClient(join(folder, 's'), deadline);
  const answering = (answer: (socket: Socket) => void): Promise<void> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard += String(chunk);
          answer(socket);
        });
      }).listen(join(folder, 's'), resolve);
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-guard-client-'));
    heard = '';
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    [
      'is refused',
      (socket: Socket) =>
        socket.write('{"id":1,"ok":false,"error":{"code":"declined","message":"Not now."}}\n'),
      { code: 'firewall-refused', message: 'Not now.' },
    ],
    [
      'finds it busy',
      (socket: Socket) =>
        socket.end('{"id":null,"ok":false,"error":{"code":"busy","message":"Full."}}\n'),
      { code: 'firewall-unavailable', message: 'Full.' },
    ],
    ['hears nonsense', (socket: Socket) => socket.write('yes\n'), { code: 'internal' }],
    [
      'hears too little',
      (socket: Socket) => socket.write('{"id":1,"ok":true}\n'),
      { code: 'internal' },
    ],
    ['is hung up on', (socket: Socket) => socket.destroy(), { code: 'firewall-unavailable' }],
    [
      'hears nothing',
      () => undefined,
      { code: 'firewall-unavailable', message: expect.stringMatching(/no answer within 0\.2 s/) },
    ],
  ])('says so when it %s', async (_what, answer, fault) => {
    await answering(answer);
    await expect(guard(200).confirm()).rejects.toMatchObject(fault);
    expect(heard).toBe('{"id":1,"verb":"confirm"}\n');
  });
});
