import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccessError } from '../../src/domain/access-error.ts';
import type { GrantAnswer, Items, NewUserAnswer, UserAnswer } from '../../src/http/answers.ts';
import { createClient, isUnreachable, type RestClient } from '../../src/http/client.ts';
import { letGoOf, newFolder, openHouse, well } from './workshop.ts';

async function failure(work: Promise<unknown>): Promise<AccessError> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error as AccessError,
  );
}

async function stranger(answer: RequestListener): Promise<RestClient> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  letGoOf(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createClient({ url, token: 'abc' }, { deadline: 0.3 });
}

describe.each(['token', 'admin-socket'] as const)('the client at the door %s', (door) => {
  it('does the whole round, and is on record under its name', async () => {
    const house = await openHouse({ door });
    const client = createClient(
      door === 'token'
        ? { url: house.at, token: house.admin }
        : { socketPath: house.at, cliUser: 'ops' },
    );
    const { user, pin } = await client.post<NewUserAnswer>('/v1/users', { name: 'mira' });
    expect(pin).toMatch(/^\d{6}$/);
    const body = { user: 'mira', address: '203.0.113.7', seconds: 60 };
    const { id } = await client.post<GrantAnswer>('/v1/grants', body);
    expect((await client.get<Items<GrantAnswer>>('/v1/grants?state=active')).items).toHaveLength(1);
    expect((await client.delete<GrantAnswer>(`/v1/grants/${id}`)).end).toBe('closed');
    expect(await client.patch<UserAnswer>('/v1/users/mira', { disabled: true })).toEqual({
      ...user,
      disabled: true,
      revision: 1,
    });
    await client.post('/v1/users/mira/pin');
    const rows = await house.stores.audit.list({ userId: user.id, limit: 10 });
    const actor = door === 'token' ? 'token:ops' : 'cli:ops';
    expect(rows.map((row) => row.actor)).toEqual(rows.map(() => actor));
  });
});

describe('the client gives back errors as the server meant them', () => {
  it('with their code and their words', async () => {
    const house = await openHouse();
    const admin = createClient({ url: `${house.at}/`, token: house.admin });
    const auditor = createClient({ url: house.at, token: house.auditor });
    const bad = createClient({ url: house.at, token: 'wrong' });
    expect(await failure(admin.get('/v1/users/nobody'))).toMatchObject({
      code: 'not-found',
      message: 'There is no user named nobody.',
    });
    expect(await failure(admin.post('/v1/users', { name: 'a b' }))).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^name must be 1 to 64 letters/) as string,
    });
    expect(await failure(auditor.delete('/v1/grants/1'))).toMatchObject({ code: 'forbidden' });
    expect(await failure(bad.get('/v1/users'))).toMatchObject({ code: 'unauthorized' });
    expect(await failure(admin.patch('/v1/users', {}))).toMatchObject({ code: 'invalid' });
    for (let i = 0; i < 10; i += 1) await failure(bad.get('/v1/users'));
    expect(await failure(bad.get('/v1/users'))).toMatchObject({
      code: 'too-many-requests',
      message: expect.stringMatching(/wait \d+ seconds/) as string,
    });
  });

  it('with the request id where the log has more', async () => {
    const house = await openHouse({ rules: { users: () => Promise.reject(new Error('boom')) } });
    const client = createClient({ url: house.at, token: house.admin });
    const error = await failure(client.get('/v1/users'));
    expect(error.code).toBe('internal');
    expect(error.message).toMatch(/\(urn:dialgate:request:[0-9a-f-]{36}\)$/);
  });

  it('but takes ill health for an answer', async () => {
    const ill = { ...well, ok: false };
    const house = await openHouse({ rules: { health: () => Promise.resolve(ill) } });
    const client = createClient({ url: house.at, token: house.admin });
    expect(await client.get('/v1/health')).toEqual(ill);
  });
});

it('keeps no connection: the next command is another process', async () => {
  const client = await stranger((request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(request.headers.connection));
  });
  expect(await client.get('/v1/users')).toBe('close');
});

describe('the client says what to do', () => {
  it('when nobody is there', async () => {
    const server = createTcp().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    for (const client of [
      createClient({ url: `http://127.0.0.1:${port}`, token: 'abc' }),
      createClient({ socketPath: join(newFolder(), 'admin.sock') }),
    ]) {
      const error = await failure(client.get('/v1/users'));
      expect(error.message).toMatch(/Nobody answers at .*"dialgate serve" running/);
      expect(isUnreachable(error)).toBe(true);
    }
  });

  it('when the server stays silent, or stops in the middle', async () => {
    const silent = await stranger(() => undefined);
    const stalled = await stranger((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"items":');
    });
    for (const client of [silent, stalled]) {
      const error = await failure(client.post('/v1/users', { name: 'mira' }));
      expect(error).toMatchObject({ name: 'AccessError', code: 'internal' });
      expect(error.message).toMatch(/No answer .* within 0.3 seconds.*look before trying again/);
      expect(isUnreachable(error)).toBe(false);
    }
  });

  it('when the connection breaks', async () => {
    const broken = await stranger((request) => request.socket.destroy());
    const half = await stranger((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
      response.write('{"items":', () => response.destroy());
    });
    for (const client of [broken, half]) {
      const error = await failure(client.get('/v1/users'));
      expect(error.message).toMatch(/failed \(ECONNRESET\).*look before trying again/);
      expect(isUnreachable(error)).toBe(false);
    }
  });

  it.each<[string, RequestListener]>([
    ['a web page', (_q, r) => void r.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Hi')],
    [
      'JSON that is none',
      (_q, r) => void r.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
    ],
    ['a redirect', (_q, r) => void r.writeHead(302, { Location: 'http://evil.example' }).end()],
    [
      'a proxy’s error',
      (_q, r) => void r.writeHead(502, { 'Content-Type': 'application/json' }).end('{}'),
    ],
    [
      'an empty problem',
      (_q, r) => void r.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('null'),
    ],
  ])('when the answer is %s', async (_, answer) => {
    const error = await failure((await stranger(answer)).get('/v1/users'));
    expect(error).toMatchObject({ name: 'AccessError', code: 'internal' });
    expect(error.message).toMatch(/not as dialgate does: is this its address/);
  });

  it.each([
    [{ url: 'gate', token: 'abc' }, /must be a URL/],
    [{ url: 'ftp://gate.example', token: 'abc' }, /must be a URL/],
    [{ url: 'http://user:pw@gate.example', token: 'abc' }, /must be a URL/],
    [{ url: 'http://127.0.0.1:1', token: 'two words' }, /token is malformed/],
    [{ url: 'http://127.0.0.1:1', token: 'abc\r\nX-Evil: 1' }, /token is malformed/],
    [{ url: 'http://127.0.0.1:1', token: '' }, /token is malformed/],
  ])('when the target is wrong: %j', (target, message) => {
    expect(() => createClient(target)).toThrow(message);
  });
});
