import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { ask, openHouse, type House } from './workshop.ts';

describe('every answer', () => {
  it.each([
    ['GET', '/health', 200],
    ['GET', '/v1/users', 401],
    ['GET', '/nothing', 404],
    ['PUT', '/health', 405],
  ])(
    '%s %s (%i) may not be kept, guessed at, framed or traced to express',
    async (method, path, status) => {
      const house = await openHouse();
      const { headers, status: actual } = await ask(house.at, method, path, {
        headers: { Origin: 'http://evil.example' },
      });
      expect(actual).toBe(status);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      for (const absent of ['x-powered-by', 'etag', 'access-control-allow-origin', 'set-cookie']) {
        expect(headers).not.toHaveProperty(absent);
      }
    },
  );

  it('answers HEAD like GET, without the body', async () => {
    const house = await openHouse();
    const answer = await ask(house.at, 'HEAD', '/v1/users', { token: house.auditor });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});

describe('the request id', () => {
  it.each([
    ['one of its own', undefined, /^[0-9a-f-]{36}$/],
    ['the caller’s', 'order-66.a_b', /^order-66\.a_b$/],
    ['one of its own instead of a long one', 'x'.repeat(65), /^[0-9a-f-]{36}$/],
    ['one of its own instead of a strange one', 'a b"c', /^[0-9a-f-]{36}$/],
    ['one of its own instead of an empty one', '', /^[0-9a-f-]{36}$/],
  ])('is %s', async (_, given, expected) => {
    const house = await openHouse();
    const headers = given === undefined ? {} : { 'X-Request-Id': given };
    const answer = await ask(house.at, 'GET', '/nothing', { headers });
    expect(answer.headers['x-request-id']).toMatch(expected);
    expect(house.logged()).toContain(answer.headers['x-request-id']);
  });
});

const askAs = async (house: House, host: string): Promise<number> =>
  (await ask(house.at, 'GET', '/health', { headers: { Host: host } })).status;

describe('the Host header', () => {
  it.each([
    'localhost',
    'LOCALHOST:8787',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:80',
    'localhost.',
  ])('%s is ours', async (host) => expect(await askAs(await openHouse(), host)).toBe(200));

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '203.0.113.1',
    ':80',
    'a:b:c',
    ' ',
  ])('%j is not', async (host) => expect(await askAs(await openHouse(), host)).toBe(421));

  it('may be a configured name', async () => {
    const house = await openHouse({ hosts: ['Gate.example.com', '192.0.2.1', '2001:db8::1'] });
    expect(await askAs(house, '[2001:DB8::1]:80')).toBe(200);
    expect(await askAs(house, 'gate.example.com:443')).toBe(200);
    expect(await askAs(house, '192.0.2.1')).toBe(200);
    expect(await askAs(house, 'example.com')).toBe(421);
  });

  it('does not matter at the administrators’ socket', async () => {
    expect(await askAs(await openHouse({ door: 'admin-socket' }), 'whatever')).toBe(200);
  });
});

describe('an unexpected error', () => {
  it('is 500 with the request id and nothing else; its cause goes to the log', async () => {
    const house = await openHouse({
      rules: {
        users: () => Promise.reject(new Error('/etc/secret-path broke', { cause: 'deep' })),
      },
    });
    const answer = await ask(house.at, 'GET', '/v1/users', { token: house.admin });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/secret-path|deep|node_modules|\.ts/);
    expect(answer.body['instance']).toContain(answer.headers['x-request-id']);
    expect(house.logged()).toContain('/etc/secret-path broke');
  });

  it.each([
    [
      'a rule that throws at once',
      () => {
        throw new Error('at once');
      },
    ],
    ['a rule that rejects with nothing', () => Promise.reject(undefined as never)],
    ['a rule that rejects with text', () => Promise.reject('text')],
  ])('survives %s', async (_, users) => {
    const house = await openHouse({ rules: { users } });
    expect((await ask(house.at, 'GET', '/v1/users', { token: house.admin })).status).toBe(500);
    expect((await ask(house.at, 'GET', '/v1/calls', { token: house.admin })).status).toBe(200);
  });
});

describe('time', () => {
  it('runs out on a rule that never answers: 504, and the next is served', async () => {
    const house = await openHouse({
      deadline: 0.05,
      rules: { closeGrant: () => new Promise<never>(() => undefined) },
    });
    const answer = await ask(house.at, 'DELETE', '/v1/grants/1', { token: house.admin });
    expect([answer.status, answer.body['type']]).toEqual([504, 'urn:dialgate:problem:timed-out']);
    expect(answer.body['detail']).toMatch(/may have happened all the same/);
    expect((await ask(house.at, 'GET', '/v1/users', { token: house.admin })).status).toBe(200);
  });

  it('puts what fails after its 504 into the log', async () => {
    const house = await openHouse({
      deadline: 0.02,
      rules: {
        closeGrant: async () => {
          await sleep(60);
          throw new AccessError('firewall-refused', 'Too late, but not unheard.');
        },
      },
    });
    expect((await ask(house.at, 'DELETE', '/v1/grants/1', { token: house.admin })).status).toBe(
      504,
    );
    await expect.poll(house.logged).toContain('Too late, but not unheard.');
  });
});

const slow = (ms: number) => ({ users: () => sleep(ms, { rows: [], next: null }) });

describe('closing', () => {
  it('lets requests under way end, and takes no new ones', async () => {
    const house = await openHouse({ rules: slow(100) });
    const answer = ask(house.at, 'GET', '/v1/users', { token: house.admin });
    await sleep(30);
    const closed = house.listening.close(5);
    await expect(ask(house.at, 'GET', '/health')).rejects.toThrow('ECONNREFUSED');
    expect((await answer).status).toBe(200);
    await closed;
    await house.listening.close();
  });

  it('cuts what has not ended after the grace', async () => {
    const house = await openHouse({ rules: slow(5000) });
    const answer = ask(house.at, 'GET', '/v1/users', { token: house.admin });
    const cut = expect(answer).rejects.toThrow();
    await sleep(30);
    const began = performance.now();
    await house.listening.close(0.05);
    await cut;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('does not wait for connections that are idle or half a request', async () => {
    const house = await openHouse();
    const port = Number(new URL(house.at).port);
    const sockets = ['', 'GET /health HTTP/1.1\r\nHost: loc'].map((text) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.write(text);
      return socket;
    });
    await sleep(30);
    const began = performance.now();
    await house.listening.close(0.2);
    expect(performance.now() - began).toBeLessThan(1000);
    for (const socket of sockets) socket.destroy();
  });
});

it('logs one line a request, without query, headers, bodies or secrets', async () => {
  const house = await openHouse();
  const { admin: token } = house;
  const secrets = ['98*76*54', '864209'];
  const [knockCode, pin] = secrets;
  const made = await ask(house.at, 'POST', '/v1/users', {
    token,
    body: { name: 'mira', knockCode, pin },
  });
  expect(made.status).toBe(201);
  const reset = await ask(house.at, 'POST', '/v1/users/mira/pin', { token });
  const added = await ask(house.at, 'POST', '/v1/tokens', {
    token,
    body: { name: 'x', role: 'admin' },
  });
  await ask(house.at, 'POST', '/v1/users', { token, body: `{"pin":"864209",` });
  await ask(house.at, 'GET', `/v1/users?token=${token}`, { token });
  await ask(house.at, 'GET', '/v1/users', { token: 'a-bad-token' });
  const knock = await ask(house.at, 'POST', '/v1/users/mira/knock-code', { token });
  const totp = await ask(house.at, 'POST', '/v1/users/mira/totp', { token });
  const printed = await ask(house.at, 'POST', '/v1/users/mira/sheet', { token });
  await expect.poll(() => house.logged().trim().split('\n').length).toBe(9);
  const log = house.logged();
  for (const secret of [
    ...secrets,
    token,
    'a-bad-token',
    String(reset.body['pin']),
    String(added.body['secret']),
    String(knock.body['knockCode']),
    String(totp.body['secret']),
    ...(printed.body['codes'] as string[]),
    'otpauth',
    'Bearer',
    'authorization',
  ]) {
    expect(log).not.toContain(secret);
  }
  expect(JSON.parse(log.split('\n')[0] ?? '')).toMatchObject({
    method: 'POST',
    path: '/v1/users',
    status: 201,
    by: 'token:ops',
    requestId: made.headers['x-request-id'],
  });
});
