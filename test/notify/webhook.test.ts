import { createServer as createRaw } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { checkpointWebhook } from '../../src/notify/checkpoint-webhook.ts';
import { secretsIn } from '../../src/notify/signature.ts';
import { createWebhook, webhookId } from '../../src/notify/webhook.ts';
import { hookServer, isGenuine } from './hook-server.ts';

const secret = Buffer.from('a secret of tests, long enough');
const message = { delivery: 'd-1', at: 1_700_000_000_999, body: '{"type":"gate-opened","ü":1}' };
const hook = (url: string, deadline = 5) =>
  createWebhook({ url, secrets: [secret], kinds: null, deadline });

describe('what is posted', () => {
  it('is JSON that any receiver can check by the specification', async () => {
    const server = await hookServer();
    expect(await hook(`${server.url}/in`).post(message)).toEqual({ ok: true, answer: 'HTTP 204' });
    const [posted] = server.posted;
    if (!posted) throw new Error('nothing came');
    expect(posted.path).toBe('/in');
    expect(posted.body).toBe(message.body);
    expect(posted.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'd-1',
      'webhook-timestamp': '1700000000',
    });
    expect(isGenuine(posted, secret)).toBe(true);
    expect(isGenuine({ ...posted, body: `${posted.body} ` }, secret)).toBe(false);
    expect(isGenuine(posted, Buffer.from('another secret of tests, as long'))).toBe(false);
  });

  it('is signed with each of two secrets, so that one can be put in the place of the other', async () => {
    const server = await hookServer();
    const next = Buffer.from('the secret that comes after it');
    await createWebhook({ url: server.url, secrets: [secret, next], kinds: null }).post(message);
    const [posted] = server.posted;
    if (!posted) throw new Error('nothing came');
    expect(isGenuine(posted, secret) && isGenuine(posted, next)).toBe(true);
  });
});

describe('an answer', () => {
  it.each([
    [500, false],
    [503, false],
    [404, false],
    [401, false],
    [429, false],
    [400, true],
    [410, true],
    [422, true],
  ])('of %i is no success, and for good: %s', async (status, forGood) => {
    const server = await hookServer();
    server.answer = (_, response) => response.writeHead(status).end();
    const outcome = await hook(server.url).post(message);
    expect(outcome).toEqual({ ok: false, why: `HTTP ${status}`, forGood });
  });

  it('that leads elsewhere is not followed', async () => {
    const elsewhere = await hookServer();
    const server = await hookServer();
    for (const status of [301, 302, 307, 308]) {
      server.answer = (_, response) =>
        response.writeHead(status, { Location: `${elsewhere.url}/steal` }).end();
      expect(await hook(server.url).post(message)).toMatchObject({ ok: false, forGood: false });
    }
    expect(elsewhere.posted).toEqual([]);
  });

  it('that does not come, or comes too slowly, is waited for no longer than was said', async () => {
    const server = await hookServer();
    server.answer = () => undefined;
    const began = performance.now();
    expect(await hook(server.url, 0.3).post(message)).toEqual({
      ok: false,
      why: 'no answer within 0.3 s',
      forGood: false,
    });
    expect(performance.now() - began).toBeLessThan(2000);
    // a byte of the head now and then, for ever
    const slow = createRaw((socket) => {
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('error', () => undefined).once('close', () => clearInterval(drip));
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
    });
    await new Promise<void>((listening) => slow.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    expect(await hook(url, 0.3).post(message)).toMatchObject({ ok: false, forGood: false });
    await new Promise((closed) => slow.close(closed));
  });

  it('without an end is not read', async () => {
    const server = await hookServer();
    let closed: Promise<unknown> | undefined;
    server.answer = (_, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(200);
      const more = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.once('close', () => clearInterval(more));
    };
    expect(await hook(server.url).post(message)).toEqual({ ok: true, answer: 'HTTP 200' });
    await closed;
  });
});

it('nobody there is a failure like others, and no word of it holds the URL', async () => {
  const server = await hookServer();
  await server.close();
  const outcome = await hook(`${server.url}/t0p-secret`).post(message);
  expect(outcome).toEqual({ ok: false, why: 'ECONNREFUSED', forGood: false });
});

it('goes by a name that does not tell what is secret in the URL', () => {
  const id = webhookId('https://hooks.example.net/services/t0p-secret?token=too');
  expect(id).toMatch(/^webhook:hooks\.example\.net\/[0-9a-f]{8}$/);
  expect(webhookId('https://hooks.example.net/services/other')).not.toBe(id);
});

it('secrets are read as the specification writes them, or as any long text', () => {
  const bytes = Buffer.alloc(32, 3);
  expect(secretsIn(`whsec_${bytes.toString('base64')}\n`)).toEqual([bytes]);
  expect(secretsIn(`${'a'.repeat(24)}\n\n  ${'b'.repeat(30)}\n`)).toHaveLength(2);
  for (const bad of ['', '\n', 'short', `${'a'.repeat(24)}\nshort`, 'whsec_AAAA']) {
    expect(secretsIn(bad)).toBeUndefined();
  }
});

it('a checkpoint is posted in the same way, and what fails is told', async () => {
  const server = await hookServer();
  const sink = checkpointWebhook({ url: server.url, secrets: [secret] });
  const checkpoint = { seq: 7, hash: 'ab', at: 1_700_000_000_000, seal: 'cd' };
  await sink.put(checkpoint);
  const [posted] = server.posted;
  if (!posted) throw new Error('nothing came');
  expect(isGenuine(posted, secret)).toBe(true);
  expect(JSON.parse(posted.body)).toEqual({
    type: 'audit-checkpoint',
    timestamp: '2023-11-14T22:13:20.000Z',
    data: { seq: 7, hash: 'ab', at: '2023-11-14T22:13:20.000Z', seal: 'cd' },
  });
  server.answer = (_, response) => response.writeHead(500).end();
  await expect(sink.put(checkpoint)).rejects.toThrow('HTTP 500');
});
