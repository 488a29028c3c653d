import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPageFiles } from '../../src/http/page-reading.ts';
import { ask, newFolder, openHouse, type Answered, type House } from './workshop.ts';

const index = '<!doctype html><title>dialgate</title><script type="module" src="/assets/a-1.js">';
const script = 'export const now = 1;\n'.repeat(200);

async function built(): Promise<string> {
  const folder = newFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), index);
  writeFileSync(join(folder, 'assets/a-1.js'), script);
  writeFileSync(join(folder, 'assets/icon-1.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'assets/dot-1.png'), Buffer.from([137, 80, 78, 71]));
  writeFileSync(join(folder, 'notes.txt'), 'not for anybody');
  return folder;
}

describe('the page', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse({ page: await readPageFiles(await built()) });
  });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
    ask(house.at, 'GET', path, { headers });

  it.each(['/', '/now', '/history', '/people', '/entries', '/sign-in', '/now?a=b'])(
    'is at %s, without a token, and may not be kept',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.text]).toEqual([200, index]);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      });
    },
  );

  it('may run nothing that is written into it', async () => {
    const { headers } = await get('/');
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
  });

  it.each([
    ['/assets/a-1.js', 'text/javascript; charset=utf-8'],
    ['/assets/icon-1.svg', 'image/svg+xml'],
    ['/assets/dot-1.png', 'image/png'],
  ])('has its parts, such as %s, which are kept for a year', async (path, type) => {
    const { status, headers } = await get(path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    '/assets',
    '/assets/',
    '/assets/a-2.js',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/..%2fnotes.txt',
    '/notes.txt',
    '/nowhere',
    '/nows',
    '/people/mira',
    '//now',
    '/assets//a-1.js',
  ])('has nothing at %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.body['type']]).toEqual([404, 'urn:dialgate:problem:not-found']);
  });

  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

  it.each(['/histroy', '/now/', '/people/mira', '//now', '/v2/users', '/admin.php'])(
    'tells somebody at a browser that there is no %s',
    async (path) => {
      const answer = await get(path, { Accept: browser, 'If-None-Match': '*' });
      expect([answer.status, answer.text]).toEqual([404, index]);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        vary: 'Accept, Accept-Encoding',
      });
      expect(answer.headers['content-security-policy']).toMatch(/script-src 'self'/);
    },
  );

  it.each([
    ['application/json', '/histroy', 404],
    ['*/*', '/histroy', 404],
    ['', '/histroy', 404],
    ['application/json, text/html;q=0.9', '/histroy', 404],
    [browser, '/v1/histroy', 401],
    [browser, '/v1', 401],
    [browser, '/metrics/histroy', 401],
    [browser, '/assets/histroy.js', 404],
  ])('tells a program in its own way: who accepts %j, of %s', async (accepted, path, status) => {
    const answer = await get(path, { Accept: accepted });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('tells an administrator’s browser in JSON what is not in the API', async () => {
    const headers = { Accept: browser };
    const answer = await ask(house.at, 'GET', '/v1/histroy', { headers, token: house.admin });
    expect([answer.status, answer.body['type']]).toEqual([404, 'urn:dialgate:problem:not-found']);
    const posted = await ask(house.at, 'POST', '/histroy', { headers, body: {} });
    expect([posted.status, posted.body['type']]).toEqual([404, 'urn:dialgate:problem:not-found']);
  });

  it('takes nothing', async () => {
    for (const path of ['/', '/now', '/assets/a-1.js']) {
      const answer = await ask(house.at, 'POST', path, { body: {} });
      expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('answers HEAD with all but the body', async () => {
    const [head, whole] = [
      await ask(house.at, 'HEAD', '/assets/a-1.js'),
      await get('/assets/a-1.js'),
    ];
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(String(script.length));
    expect(head.headers['etag']).toBe(whole.headers['etag']);
  });

  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['identity', undefined],
    ['deflate', undefined],
    ['br;q=0, identity;q=0', undefined],
    ['nonsense;;q', undefined],
    ['', undefined],
  ])('comes as who accepts %j can read it', async (accepted, encoding) => {
    const response = await fetch(`${house.at}/assets/a-1.js`, {
      headers: { 'Accept-Encoding': accepted },
    });
    expect([
      response.headers.get('content-encoding') ?? undefined,
      response.headers.get('vary'),
    ]).toEqual([encoding, 'Accept-Encoding']);
    expect(await response.text()).toBe(script);
    const length = Number(response.headers.get('content-length'));
    if (encoding) expect(length).toBeLessThan(script.length / 5);
    else expect(length).toBe(script.length);
  });

  it('is compressed as it says', async () => {
    const file = (await readPageFiles(await built())).get('/assets/a-1.js');
    expect(brotliDecompressSync(file?.bodies.br ?? '').toString()).toBe(script);
    expect(gunzipSync(file?.bodies.gzip ?? '').toString()).toBe(script);
  });

  it('compresses no pictures', async () => {
    const { headers } = await get('/assets/dot-1.png', { 'Accept-Encoding': 'br' });
    expect([headers['content-encoding'], headers['content-length']]).toEqual([undefined, '4']);
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await get('/assets/a-1.js');
    const tag = headers['etag'] ?? '';
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{22}-identity"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await get('/assets/a-1.js', { 'If-None-Match': known });
      expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', tag]);
    }
    // in another form it is another
    const other = { 'If-None-Match': tag, 'Accept-Encoding': 'gzip' };
    expect((await get('/assets/a-1.js', other)).status).toBe(200);
  });

  it('is for the names of this server alone, and at the rate of strangers', async () => {
    expect((await get('/', { Host: 'evil.example' })).status).toBe(421);
    house = await openHouse({
      page: await readPageFiles(await built()),
      requests: { perToken: 100, perAddress: 2 },
    });
    const statuses = [await get('/'), await get('/assets/a-1.js'), await get('/')];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
  });
});

it('a page that was not built says so, and how', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'app.js'), script);
  for (const where of [folder, join(folder, 'none')]) {
    const house = await openHouse({ page: await readPageFiles(where) });
    const answer = await ask(house.at, 'GET', '/now');
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('npm run build');
    expect((await ask(house.at, 'GET', '/app.js')).status).toBe(404);
    const stray = await ask(house.at, 'GET', '/histroy', { headers: { Accept: 'text/html' } });
    expect([stray.status, stray.body['type']]).toEqual([404, 'urn:dialgate:problem:not-found']);
    expect((await ask(house.at, 'GET', '/v1/users', { token: house.admin })).status).toBe(200);
  }
});

it('at the administrators’ socket there is no page', async () => {
  const house = await openHouse({
    door: 'admin-socket',
    page: await readPageFiles(await built()),
  });
  expect((await ask(house.at, 'GET', '/')).status).toBe(404);
  expect((await ask(house.at, 'GET', '/assets/a-1.js')).status).toBe(404);
  const stray = await ask(house.at, 'GET', '/histroy', { headers: { Accept: 'text/html' } });
  expect(stray.body['type']).toBe('urn:dialgate:problem:not-found');
});

it('a folder that is far too large is refused rather than kept in memory', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'index.html'), index);
  writeFileSync(join(folder, 'big.js'), Buffer.alloc(17 * 1024 * 1024, 32));
  await expect(readPageFiles(folder)).rejects.toThrow(/more than/);
});
