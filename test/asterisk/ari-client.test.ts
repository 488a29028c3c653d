import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { Ari } from '../../src/asterisk/ari.ts';
import { exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { freeTcpPort } from '../fixtures/free-ports.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

// Anything thrown outside a promise, or rejected with nobody listening, fails the run (vitest).

describe.skipIf(noAsterisk())('ari-client over our stand-ins, on a real Asterisk', () => {
  let asterisk: AsteriskFixture;
  let other: AsteriskFixture;
  let folder: string;
  let tlsPort: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dialgate-tls-'));
    const pem = join(folder, 'both.pem');
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'certificate.pem');
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    tlsPort = await freeTcpPort();
    writeFileSync(pem, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
    asterisk = await asteriskFixture({ tls: { port: tlsPort, pem: readFileSync(pem, 'utf8') } });
    other = await asteriskFixture({ password: 'another-word', crypt: true });
  });
  afterAll(async () => {
    await Promise.all([asterisk.remove(), other.remove()]);
    await rm(folder, { recursive: true });
  });

  const connect = (to = asterisk, password = to.password): Promise<Ari> =>
    Ari.connect(to.ariUrl, to.username, password);

  test('prints nothing', async () => {
    const printed: unknown[] = [];
    const spies = [
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(process.stderr, 'write'),
      vi.spyOn(console, 'log'),
    ];
    for (const spy of spies) spy.mockImplementation((...args: unknown[]) => printed.push(args) > 0);
    await connect();
    for (const spy of spies) spy.mockRestore();
    expect(printed).toEqual([]);
  });

  test('a wrong password is a rejection', async () => {
    await expect(connect(asterisk, 'wrong')).rejects.toThrow(/401/);
  });

  test('300 commands at once all settle', async () => {
    const ari = await connect();
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, (_, i) => (i % 2 ? ari.channels() : ari.answer(`no-such-${i}`))),
    );
    const fulfilled = results.filter((result) => result.status === 'fulfilled');
    expect(fulfilled).toHaveLength(150);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 404 });
    }
  });

  test('two servers at once, on the same host, each with its own password', async () => {
    const [first, second] = await Promise.all([connect(asterisk), connect(other)]);
    expect(await Promise.all([first.channels(), second.channels()])).toEqual([[], []]);
    await expect(connect(other, asterisk.password)).rejects.toThrow(/401/);
  });

  test('https works, although the API description says http', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // the certificate is our own
    const { exchange } = exchangeFor({ ...asterisk, ariUrl: `https://127.0.0.1:${tlsPort}` });
    exchange.start(async (line) => {
      await line.answer();
    });
    await until('connected', () => exchange.health().connected);
    const call = await phoneTo(asterisk);
    expect(await call.ended).toBe('them');
    await exchange.stop();
    vi.unstubAllEnvs();
  });
});

describe('ari-client over our stand-ins, on servers that misbehave', () => {
  const open: (Server | ReturnType<typeof createTcp>)[] = [];
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(open.splice(0).map((server) => new Promise((r) => server.close(r))));
  });

  async function listening(server: Server | ReturnType<typeof createTcp>): Promise<string> {
    open.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Answers as ARI does, up to the event connection. */
  function almostAri(): Server {
    return createServer((request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/ari/asterisk/ping')) response.end('{}');
      else if (url.endsWith('/resources.json')) {
        const resources = ['channels', 'playbacks', 'events'];
        response.end(
          JSON.stringify({
            apis: resources.map((name) => ({ path: `/api-docs/${name}.{format}` })),
          }),
        );
      } else if (url.includes('/api-docs/channels')) {
        const list = { httpMethod: 'GET', nickname: 'list', responseClass: 'List[Channel]' };
        response.end(JSON.stringify({ apis: [{ path: '/channels', operations: [list] }] }));
      } else if (url.includes('/api-docs/')) response.end('{"apis":[]}');
      else response.end('[]');
    });
  }

  const timeouts = { beat: 30, silence: 200, connect: 500, ping: 200, pingPause: 50 };

  test('nobody there: a rejection', async () => {
    await expect(
      Ari.connect(`http://127.0.0.1:${await freeTcpPort()}`, 'dialgate', 'x'),
    ).rejects.toThrow(/ECONNREFUSED/);
  });

  test('no answer at all: a rejection within the time limit', async () => {
    const url = await listening(createTcp());
    await expect(Ari.connect(url, 'dialgate', 'x')).rejects.toThrow(/no answer/);
  });

  test.each([
    ['an error', 500, 'out of order'],
    ['no JSON', 200, '<html>'],
    ['another JSON', 200, '{}'],
  ])('%s instead of the description: a rejection', async (_what, status, body) => {
    const url = await listening(
      createServer((_request, response) => response.writeHead(status).end(body)),
    );
    await expect(Ari.connect(url, 'dialgate', 'x')).rejects.toThrow(Error);
  });

  test('an answer cut in the middle: a rejection', async () => {
    const url = await listening(
      createServer((_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{', () => response.destroy());
      }),
    );
    await expect(Ari.connect(url, 'dialgate', 'x')).rejects.toThrow(Error);
  });

  test('a handshake that hangs is given up, and tried again', async () => {
    let attempts = 0;
    const server = almostAri();
    server.on('upgrade', () => (attempts += 1));
    const { exchange } = exchangeFor({ ariUrl: await listening(server), ...nobody }, { timeouts });
    exchange.start(async () => undefined);
    await until('the third attempt', () => attempts >= 3);
    expect(exchange.health()).toEqual({ connected: false, why: expect.stringMatching(/silent/) });
    await exchange.stop();
  });

  test('a connection that dies without a word is noticed, and replaced by one new one', async () => {
    const server = almostAri();
    const events = new WebSocketServer({ server, autoPong: false });
    let connections = 0;
    events.on('connection', (socket) => {
      connections += 1;
      if (connections > 1) socket.on('ping', () => socket.pong());
    });
    const { exchange } = exchangeFor({ ariUrl: await listening(server), ...nobody }, { timeouts });
    exchange.start(async () => undefined);
    await until('the second connection', () => connections === 2);
    await until('connected', () => exchange.health().connected);
    // ari-client's own attempts to reconnect would come within 200 ms
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(connections).toBe(2);
    expect(events.clients.size).toBe(1);
    await exchange.stop();
  });

  test('events that nobody can understand harm nothing', async () => {
    const server = almostAri();
    const events = new WebSocketServer({ server });
    events.on('connection', (socket) => {
      for (const text of ['{', 'null', '{"type":"Unheard-of"}', '[]']) socket.send(text);
    });
    const { exchange, log } = exchangeFor({ ariUrl: await listening(server), ...nobody });
    exchange.start(async () => undefined);
    await until(
      'all are seen',
      () => log.filter((entry) => entry.startsWith('error')).length === 4,
    );
    await until('connected', () => exchange.health().connected);
    await exchange.stop();
  });

  test('an API description that never comes is given up', async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/ari/asterisk/ping')) response.end('{}');
      else asked += 1;
    });
    const { exchange } = exchangeFor({ ariUrl: await listening(server), ...nobody }, { timeouts });
    exchange.start(async () => undefined);
    await until('the second attempt', () => asked >= 2);
    expect(exchange.health().why).toMatch(/no answer within 500 ms/);
    await exchange.stop();
  });
});

const nobody = { username: 'dialgate', password: 'x' };
