import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRate } from '../../src/access/rate.ts';
import { sourceOf } from '../../src/http/source.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

describe('a rate', () => {
  it('lets so many through at once, and then as many as come with time', () => {
    const rate = createRate(60);
    for (let i = 0; i < 60; i += 1) expect(rate.take('a', 0)).toBeUndefined();
    expect(rate.take('a', 0)).toBe(1);
    expect(rate.take('a', 999)).toBe(1);
    expect(rate.take('a', 1000)).toBeUndefined();
    expect(rate.take('a', 1000)).toBe(1);
    expect(rate.take('b', 1000)).toBeUndefined();
  });

  it('is not filled by a clock that is set, back or far ahead, beyond what it holds', () => {
    const rate = createRate(2);
    expect([rate.take('a', 1e6), rate.take('a', 1e6)]).toEqual([undefined, undefined]);
    expect(rate.take('a', 0)).toBe(30);
    const later = [1e15, 1e15, 1e15].map((now) => rate.take('a', now));
    expect(later).toEqual([undefined, undefined, 30]);
  });

  it('remembers a thousand sources, whoever comes, and those first who still ask', () => {
    const rate = createRate(1);
    rate.take('busy', 0);
    for (let i = 0; i < 5000; i += 1) {
      rate.take(`one of many ${i}`, 0);
      expect(rate.take('busy', 0)).toBe(60);
    }
    expect(rate.take('one of many 0', 0)).toBeUndefined();
    expect(rate.take('one of many 4999', 0)).toBe(60);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1'],
    ['2001:db8::7', '2001:db8:0:0'],
    ['::1', ':0:0:0'],
  ])('counts %s as %s', (address, source) => expect(sourceOf(address)).toBe(source));
});

const requests = { perToken: 5, perAddress: 3 };
const look = (house: House, token?: string, path = '/v1/users'): Promise<Answered> =>
  ask(house.at, 'GET', path, { token });

describe('who asks too much', () => {
  it('by a token is told to wait, and no other token is', async () => {
    const house = await openHouse({ requests });
    for (let i = 0; i < 5; i += 1) expect((await look(house, house.admin)).status).toBe(200);
    const slowed = await look(house, house.admin);
    expect([slowed.status, slowed.headers['retry-after'], slowed.body['type']]).toEqual([
      429,
      '12',
      'urn:dialgate:problem:too-many-requests',
    ]);
    expect((await look(house, house.auditor)).status).toBe(200);
    house.clock.now += 12_000;
    expect((await look(house, house.admin)).status).toBe(200);
  });

  it('without one is told to wait, wherever, and shuts out no token from the same address', async () => {
    const house = await openHouse({ requests });
    const asked = ['/health', '/nothing', '/v1/users'];
    const answers = await Promise.all(asked.map((path) => look(house, undefined, path)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401, 404]);
    for (const path of [...asked, '/openapi.json', '/reference', '/metrics']) {
      const slowed = await look(house, undefined, path);
      expect([path, slowed.status]).toEqual([path, 429]);
      expect(slowed.headers['retry-after']).toBe('20');
    }
    expect((await look(house, house.admin)).status).toBe(200);
  });

  it('never is at the administrators’ socket', async () => {
    const house = await openHouse({ requests, door: 'admin-socket' });
    for (let i = 0; i < 20; i += 1) expect((await look(house)).status).toBe(200);
  });
});

describe('what never becomes a request', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n', 400, 'invalid'],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'invalid'],
    ['no method that exists', 'BREW /pot HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, 'invalid'],
    ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, 'invalid'],
    [
      'a NUL in a header',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n',
      400,
      'invalid',
    ],
    [
      'headers of 20 KiB',
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'a flood of headers',
      `GET /health HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(1500)}\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'an expectation',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n',
      417,
      'expectation-failed',
    ],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405, 'method-not-allowed'],
    [
      'a chunk of no length',
      'POST /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'invalid',
    ],
  ])('%s is answered with a problem', async (_, text, status, code) => {
    const house = await openHouse();
    const answer = await raw(house, text);
    // the head of what was asked before it broke may have been answered first
    const last = answer.slice(answer.search(/HTTP\/1\.1 \d+ (?![^]*HTTP\/1\.1 \d)/));
    expect(last).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [head = '', body = ''] = last.split('\r\n\r\n');
    expect(head).toMatch(/^content-type: application\/problem\+json/im);
    const id = /^x-request-id: ([0-9a-f-]{36})$/im.exec(head)?.[1];
    expect(JSON.parse(body)).toMatchObject({
      type: `urn:dialgate:problem:${code}`,
      status,
      instance: `urn:dialgate:request:${id ?? 'none'}`,
    });
    expect((await look(house, undefined, '/health')).status).toBe(200);
  });

  it('HEAD is answered with the head alone, also where the answer is a problem', async () => {
    const house = await openHouse();
    const answer = await raw(
      house,
      `HEAD /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*content-length: [1-9][^]*\r\n\r\n$/i);
  });

  it('a body that is not UTF-8 is refused, not mended', async () => {
    const house = await openHouse();
    const text = '{"label":"office","target":"203.0.113.7","note":"\xff"}';
    const answer = await raw(
      house,
      `POST /v1/entries HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.admin}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*The body is not UTF-8/);
    expect(await house.stores.entries.count()).toBe(0);
  });

  it('a body that is nested too deeply is refused, also where it is to be remembered', async () => {
    const house = await openHouse();
    const batch = (levels: number): Promise<string> => {
      const text = `{"entries":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      return raw(
        house,
        `POST /v1/entry-batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.admin}\r\n` +
          'Idempotency-Key: deep\r\nConnection: close\r\n' +
          `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    };
    expect(await batch(30_000)).toMatch(/^HTTP\/1\.1 400 [^]*nested too deeply: 16 levels/);
    expect(await batch(15)).toMatch(/^HTTP\/1\.1 200 [^]*must be a JSON object/);
  });

  it('a condition that comes twice holds as one list, and a key that comes twice is none', async () => {
    const house = await openHouse();
    await house.rules.addEntry({ label: 'office', target: '203.0.113.7' }, 'cli:local');
    const twice = (line: string, head: string): Promise<string> =>
      raw(
        house,
        `${head} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.admin}\r\n` +
          `${line}\r\n${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    expect(await twice('If-Match: "x"', 'DELETE /v1/entries/office')).toMatch(/^HTTP\/1\.1 412 /);
    expect(await twice('Idempotency-Key: k', 'POST /v1/users')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await house.stores.entries.count()).toBe(1);
  });
});

/** Sends bytes as they are; gives back everything until the other side closes. */
function raw(house: House, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.at).port) });
    let whole = '';
    socket.setTimeout(8000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => (whole += chunk.toString()));
    socket.once('close', () => resolve(whole));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    socket.write(Buffer.from(text, 'latin1'));
  });
}
