import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask, openHouse, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});

const cursor = (text: string): string => Buffer.from(text).toString('base64url');

type Case = readonly [what: string, method: string, path: string, body: unknown, at: string];

const malformed: readonly Case[] = [
  ['no name', 'POST', '/v1/users', {}, 'name'],
  ['a name that is a number', 'POST', '/v1/users', { name: 7 }, 'name'],
  ['a name with a quote', 'POST', '/v1/users', { name: "x'; DROP TABLE users;--" }, 'name'],
  ['a name too long', 'POST', '/v1/users', { name: 'x'.repeat(65) }, 'name'],
  ['a name with a NUL', 'POST', '/v1/users', { name: 'a\0b' }, 'name'],
  ['a name that ends in a line break', 'POST', '/v1/users', { name: 'mira\n' }, 'name'],
  ['an unknown key', 'POST', '/v1/users', { name: 'a', admin: true }, 'admin'],
  ['__proto__', 'POST', '/v1/users', '{"name":"a","__proto__":{"x":1}}', '__proto__'],
  ['a PIN of letters', 'POST', '/v1/users', { name: 'a', pin: 'secret' }, 'pin'],
  ['a PIN that is a number', 'POST', '/v1/users', { name: 'a', pin: 4711 }, 'pin'],
  ['a PIN too long', 'POST', '/v1/users', { name: 'a', pin: '1'.repeat(13) }, 'pin'],
  ['a knock code of two', 'POST', '/v1/users', { name: 'a', knockCode: '1*2' }, 'knockCode'],
  [
    'a knock code too high',
    'POST',
    '/v1/users',
    { name: 'a', knockCode: '1*2*65536' },
    'knockCode',
  ],
  ['services as text', 'POST', '/v1/users', { name: 'a', services: 'web' }, 'services'],
  ['a service with a space', 'POST', '/v1/users', { name: 'a', services: ['w b'] }, 'services.0'],
  ['33 services', 'POST', '/v1/users', { name: 'a', services: Array(33).fill('web') }, 'services'],
  ['disabled as text', 'PATCH', '/v1/users/mira', { disabled: 'true' }, 'disabled'],
  ['disabled as null', 'PATCH', '/v1/users/mira', { disabled: null }, 'disabled'],
  ['nothing to change', 'PATCH', '/v1/users/mira', {}, 'the body'],
  ['a name to change', 'PATCH', '/v1/users/mira', { name: 'otto' }, 'name'],
  ['a PIN to change', 'PATCH', '/v1/users/mira', { pin: '4711' }, 'pin'],
  [
    'a second factor to change',
    'PATCH',
    '/v1/users/mira',
    { secondFactor: 'none' },
    'secondFactor',
  ],
  ['a language with a path', 'PATCH', '/v1/users/mira', { language: '../../etc' }, 'language'],
  ['a language with a line break', 'PATCH', '/v1/users/mira', { language: 'en\n' }, 'language'],
  ['a language that is a list', 'POST', '/v1/users', { name: 'a', language: ['en'] }, 'language'],
  ['callers of no kind', 'POST', '/v1/users', { name: 'a', callerPolicy: 'all' }, 'callerPolicy'],
  ['callers as null', 'PATCH', '/v1/users/mira', { callerPolicy: null }, 'callerPolicy'],
  ['a pairing that is none', 'PATCH', '/v1/users/mira', { pairing: 'toString' }, 'pairing'],
  ['attestation D', 'PATCH', '/v1/users/mira', { leastAttestation: 'D' }, 'leastAttestation'],
  ['numbers as text', 'PATCH', '/v1/users/mira', { numbers: '+15550123' }, 'numbers'],
  ['a number that is a number', 'PATCH', '/v1/users/mira', { numbers: [5550123] }, 'numbers.0'],
  ['a number to dial with', 'PATCH', '/v1/users/mira', { numbers: ['5550123@x'] }, 'numbers.0'],
  [
    'a number with an escape',
    'PATCH',
    '/v1/users/mira',
    { numbers: ['+15550123', '\u001b[2J555'] },
    'numbers.1',
  ],
  ['a number with a pause', 'PATCH', '/v1/users/mira', { numbers: ['555,0123'] }, 'numbers.0'],
  ['17 numbers', 'PATCH', '/v1/users/mira', { numbers: Array(17).fill('1') }, 'numbers'],
  ['a code of one’s own', 'POST', '/v1/users/mira/knock-code', { knockCode: '1*2*3' }, 'knockCode'],
  ['a secret of one’s own', 'POST', '/v1/users/mira/totp', { secret: 'ABC' }, 'secret'],
  ['a sheet of a million', 'POST', '/v1/users/mira/sheet', { count: 1e6 }, 'count'],
  ['a lockout of nobody', 'DELETE', '/v1/lockouts/x', undefined, 'subject'],
  ['a lockout of user 0', 'DELETE', '/v1/lockouts/user%3A0', undefined, 'subject'],
  ['a lockout of no caller', 'DELETE', '/v1/lockouts/caller%3A', undefined, 'subject'],
  [
    'a lockout of a long caller',
    'DELETE',
    `/v1/lockouts/caller%3A${'9'.repeat(201)}`,
    undefined,
    'subject',
  ],
  [
    'an IPv6 network of 48 bits',
    'POST',
    '/v1/grants',
    { user: 'a', address: '2001:db8::/48' },
    'address',
  ],
  ['a /64 with a host', 'POST', '/v1/grants', { user: 'a', address: '2001:db8::7/64' }, 'address'],
  ['an IPv6 zone', 'POST', '/v1/grants', { user: 'a', address: 'fe80::1%eth0' }, 'address'],
  [
    'an IPv6 address in brackets',
    'POST',
    '/v1/grants',
    { user: 'a', address: '[2001:db8::7]' },
    'address',
  ],
  [
    'IPv4 inside IPv6',
    'POST',
    '/v1/grants',
    { user: 'a', address: '::ffff:203.0.113.7/64/1' },
    'address',
  ],
  ['a PIN that is not asked for', 'POST', '/v1/users/mira/pin', { pin: '1234' }, 'pin'],
  ['no user', 'POST', '/v1/grants', { address: '203.0.113.7' }, 'user'],
  ['an address of five', 'POST', '/v1/grants', { user: 'a', address: '1.2.3.4.5' }, 'address'],
  ['an address with zeros', 'POST', '/v1/grants', { user: 'a', address: '010.0.0.1' }, 'address'],
  ['a network', 'POST', '/v1/grants', { user: 'a', address: '203.0.113.0/24' }, 'address'],
  ['a command', 'POST', '/v1/grants', { user: 'a', address: '203.0.113.7; reboot' }, 'address'],
  ['0 seconds', 'POST', '/v1/grants', { user: 'a', address: '1.2.3.4', seconds: 0 }, 'seconds'],
  ['1 second', 'POST', '/v1/grants', { user: 'a', address: '1.2.3.4', seconds: 1 }, 'seconds'],
  ['1.5 seconds', 'POST', '/v1/grants', { user: 'a', address: '1.2.3.4', seconds: 1.5 }, 'seconds'],
  [
    'seconds as text',
    'POST',
    '/v1/grants',
    { user: 'a', address: '1.2.3.4', seconds: '9' },
    'seconds',
  ],
  [
    '1e400 seconds',
    'POST',
    '/v1/grants',
    '{"user":"a","address":"1.2.3.4","seconds":1e400}',
    'seconds',
  ],
  ['a grant named by text', 'DELETE', '/v1/grants/first', undefined, 'id'],
  ['grant 0', 'DELETE', '/v1/grants/0', undefined, 'id'],
  ['grant −1', 'DELETE', '/v1/grants/-1', undefined, 'id'],
  ['grant 1.5', 'GET', '/v1/grants/1.5', undefined, 'id'],
  ['a grant past all numbers', 'GET', '/v1/grants/9999999999999999', undefined, 'id'],
  ['a role that is none', 'POST', '/v1/tokens', { name: 'a', role: 'root' }, 'role'],
  ['a path with a slash in the name', 'GET', '/v1/users/a%2f..%2fb', undefined, 'name'],
  ['a path with a NUL in the name', 'GET', '/v1/users/a%00b', undefined, 'name'],
  ['limit 0', 'GET', '/v1/grants?limit=0', undefined, 'limit'],
  ['limit 501', 'GET', '/v1/calls?limit=501', undefined, 'limit'],
  ['limit 1e2', 'GET', '/v1/audit?limit=1e2', undefined, 'limit'],
  ['an empty limit', 'GET', '/v1/audit?limit=', undefined, 'limit'],
  ['limit twice', 'GET', '/v1/audit?limit=1&limit=2', undefined, 'limit'],
  ['a limit with brackets', 'GET', '/v1/audit?limit[]=1', undefined, 'limit[]'],
  ['a cursor in words', 'GET', '/v1/audit?cursor=now', undefined, 'cursor'],
  ['an empty cursor', 'GET', '/v1/users?cursor=', undefined, 'cursor'],
  [
    'a cursor of another list',
    'GET',
    `/v1/calls?cursor=${cursor('grants 7')}`,
    undefined,
    'cursor',
  ],
  ['a cursor to row 0', 'GET', `/v1/grants?cursor=${cursor('grants 0')}`, undefined, 'cursor'],
  ['a cursor to row -1', 'GET', `/v1/grants?cursor=${cursor('grants -1')}`, undefined, 'cursor'],
  ['a cursor to row 1e9', 'GET', `/v1/grants?cursor=${cursor('grants 1e9')}`, undefined, 'cursor'],
  ['a cursor with more', 'GET', `/v1/grants?cursor=${cursor('grants 7')}==`, undefined, 'cursor'],
  [
    'a cursor to no name',
    'GET',
    `/v1/users?cursor=${cursor("users ' OR 1=1")}`,
    undefined,
    'cursor',
  ],
  ['a cursor that is long', 'GET', `/v1/users?cursor=${'A'.repeat(5000)}`, undefined, 'cursor'],
  ['a cursor that is no text', 'GET', '/v1/users?cursor=_____w', undefined, 'cursor'],
  [
    'a cursor to no lockout',
    'GET',
    `/v1/lockouts?cursor=${cursor('lockouts 5 nobody')}`,
    undefined,
    'cursor',
  ],
  ['before, which is gone', 'GET', '/v1/audit?before=7', undefined, 'before'],
  ['nobody’s grants to close', 'DELETE', '/v1/grants', undefined, 'user'],
  ['grants to close of two kinds', 'DELETE', '/v1/grants?user=mira&all=true', undefined, 'user'],
  ['all grants to close, perhaps', 'DELETE', '/v1/grants?all=yes', undefined, 'all'],
  [
    'a token that ends in words',
    'POST',
    '/v1/tokens',
    { name: 'a', role: 'auditor', expiresAt: 'never' },
    'expiresAt',
  ],
  [
    'a token that has ended',
    'POST',
    '/v1/tokens',
    { name: 'a', role: 'auditor', expiresAt: '2025-06-01T12:00:00Z' },
    '',
  ],
  ['a state that is none', 'GET', '/v1/grants?state=open', undefined, 'state'],
  ['a kind that is none', 'GET', '/v1/audit?kind=gate-open', undefined, 'kind'],
  ['a query where there is none', 'GET', '/v1/services?limit=5', undefined, 'limit'],
  ['a token in the query', 'GET', '/v1/health?token=abc', undefined, 'token'],
  ['a part in the query', 'GET', '/metrics?part=helper', undefined, 'part'],
  ['a body that is a list', 'POST', '/v1/users', [], 'the body'],
  ['a body that is text', 'POST', '/v1/tokens', '"text"', 'the body'],
  ['a body that is null', 'POST', '/v1/grants', 'null', 'the body'],
  ['null where nothing is asked for', 'POST', '/v1/users/mira/pin', 'null', 'the body'],
  ['a body that is cut short', 'POST', '/v1/grants', '{"user":', ''],
  [
    'a body nested a thousand deep',
    'POST',
    '/v1/grants',
    '['.repeat(1e3) + ']'.repeat(1e3),
    // too deep to be looked at, so no place in it is named
    '',
  ],
];

describe('a malformed request', () => {
  it.each(malformed)('%s: %s %s is 400 and says where', async (_, method, path, body, at) => {
    const before = await house.stores.audit.list({ limit: 100 });
    const answer = await ask(house.at, method, path, { token: house.admin, body });
    expect([answer.status, answer.body['type']]).toEqual([400, 'urn:dialgate:problem:invalid']);
    if (at !== '') {
      const errors = answer.body['errors'] as { at: string; message: string }[];
      expect(errors.map((error) => error.at)).toContain(at);
      expect(errors.every((error) => error.message.length > 10)).toBe(true);
    }
    expect(await house.stores.audit.list({ limit: 100 })).toEqual(before);
  });

  it('says what is allowed, and never repeats a value', async () => {
    const body = { name: 'a', pin: '98765x', knockCode: '1*2*70000', color: 'red' };
    const answer = await ask(house.at, 'POST', '/v1/users', { token: house.admin, body });
    expect(answer.body['errors']).toEqual([
      { at: 'knockCode', message: 'must be three numbers from 1 to 65535 with * between them' },
      { at: 'pin', message: 'must be 4 to 12 digits' },
      {
        at: 'color',
        message:
          'is not known; known are name, disabled, services, language, callerPolicy, numbers, leastAttestation, pairing, email, knockCode, pin',
      },
    ]);
    expect(answer.text).not.toMatch(/98765|70000|red"/);
    expect(house.logged()).not.toMatch(/98765|70000/);
  });

  it.each(['null', '[]', '"text"', '7'])('says what a body of %s lacks', async (body) => {
    const { admin: token } = house;
    for (const path of ['/v1/grants', '/v1/users/mira/pin']) {
      const answer = await ask(house.at, 'POST', path, { token, body });
      expect(answer.body['detail']).toBe('The body must be a JSON object.');
    }
  });

  it('names twenty places at most', async () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    const answer = await ask(house.at, 'POST', '/v1/users', { token: house.admin, body });
    expect(answer.body['errors']).toHaveLength(20);
    expect(answer.text.length).toBeLessThan(8000);
  });

  it('is 400 when the path is badly encoded', async () => {
    const { admin: token } = house;
    expect((await ask(house.at, 'GET', '/v1/users/%zz', { token })).status).toBe(400);
    expect((await ask(house.at, 'GET', '/v1/users/%c0%af', { token })).status).toBe(400);
  });

  it.each([
    ['text/plain', '{"name":"a"}'],
    ['application/x-www-form-urlencoded', 'name=a'],
    ['application/jsonp', '{"name":"a"}'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json; charset=latin1', '{"name":"a"}'],
    ['', '{"name":"a"}'],
  ])('is 415 with the type %j', async (type, body) => {
    const headers = { 'Content-Type': type };
    const answer = await ask(house.at, 'POST', '/v1/users', { token: house.admin, headers, body });
    expect(answer.status).toBe(415);
    expect(await house.stores.users.list()).toEqual([]);
  });

  it('is 415 when compressed: a small body must not become a large one', async () => {
    const body = gzipSync(Buffer.alloc(5_000_000, 32)).toString('latin1');
    const headers = { 'Content-Encoding': 'gzip' };
    const answer = await ask(house.at, 'POST', '/v1/users', { token: house.admin, headers, body });
    expect(answer.status).toBe(415);
  });

  it('is 413 when larger than 64 KiB, announced or not', async () => {
    const body = JSON.stringify({ name: 'a', pad: 'x'.repeat(64 * 1024) });
    const token = house.admin;
    expect((await ask(house.at, 'POST', '/v1/users', { token, body })).status).toBe(413);
    const chunked = await rawRequest(
      `POST /v1/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    expect(chunked).toMatch(/^Connection: close\r$/m);
  });
});

describe('a request to nowhere', () => {
  it.each([
    ['/v1/nothing'],
    ['/v1/users/mira/pin/more'],
    ['/v1'],
    ['/V1/users'],
    ['/v1/Users'],
    ['//v1/users'],
    ['/'],
    ['/index.html'],
    ['/../../etc/passwd'],
  ])('%s is 404', async (path) => {
    const answer = await ask(house.at, 'GET', path, { token: house.admin });
    expect([answer.status, answer.body['type']]).toEqual([404, 'urn:dialgate:problem:not-found']);
  });

  it.each([
    ['PUT', '/v1/users', 'GET, HEAD, POST'],
    ['DELETE', '/v1/users', 'GET, HEAD, POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['OPTIONS', '/v1/grants', 'GET, HEAD, POST, DELETE'],
    ['POST', '/v1/grants/1', 'GET, HEAD, DELETE'],
    ['GET', '/v1/users/mira/pin', 'POST'],
    ['TRACE', '/v1/audit', 'GET, HEAD'],
    ['POST', '/v1/audit', 'GET, HEAD'],
    ['DELETE', '/v1/audit', 'GET, HEAD'],
    ['PUT', '/v1/tokens/ops', 'GET, HEAD, DELETE'],
    ['POST', '/health', 'GET, HEAD'],
  ])('%s %s is 405 and says what there is', async (method, path, allow) => {
    const answer = await ask(house.at, method, path, { token: house.admin });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
  });
});

it.each([
  ['garbage', 'garbage\r\n\r\n'],
  ['an HTTP/1.1 request without Host', 'GET /health HTTP/1.1\r\n\r\n'],
  [
    'two lengths',
    'POST /v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
  ],
  [
    'length and chunks together',
    'POST /v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'a header of 20 KiB',
    `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ],
  ['a folded header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n'],
])('what is not HTTP is refused, and the next is served: %s', async (_, text) => {
  expect(await rawRequest(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect((await ask(house.at, 'GET', '/health')).status).toBe(200);
});

/** Sends bytes as they are; gives back everything until the other side closes. */
function rawRequest(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(house.at);
    const socket = connect({ host: '127.0.0.1', port: Number(port), timeout: 8000 });
    let whole = '';
    socket.on('data', (chunk) => (whole += chunk.toString()));
    socket.once('close', () => resolve(whole));
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // the server may close before it has read everything
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    socket.write(text);
  });
}
