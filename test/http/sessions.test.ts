import { beforeEach, describe, expect, it } from 'vitest';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});

const own = { 'X-Dialgate-Page': '1', 'Sec-Fetch-Site': 'same-origin' };

const signIn = (token: string, headers: Record<string, string> = {}): Promise<Answered> =>
  ask(house.at, 'POST', '/v1/session', { body: { token }, headers });

const cookieOf = ({ headers }: Answered): string => headers['set-cookie']?.[0] ?? '';

async function signedIn(token = house.admin): Promise<string> {
  return cookieOf(await signIn(token)).split(';')[0] ?? '';
}

const by = (
  cookie: string,
  method: string,
  path: string,
  headers: Record<string, string> = own,
  body?: object,
): Promise<Answered> =>
  ask(house.at, method, path, { headers: { Cookie: cookie, ...headers }, body });

describe('signing in', () => {
  it('answers who one is, and a cookie that no script and no other site has', async () => {
    const answer = await signIn(house.operator);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      name: 'desk',
      role: 'operator',
      expiresAt: '2025-06-01T12:30:00.000Z',
    });
    expect(cookieOf(answer)).toMatch(
      /^dialgate_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('keeps the cookie to https where a proxy on this host says that it spoke it', async () => {
    const answer = await signIn(house.admin, { 'X-Forwarded-Proto': 'https' });
    expect(cookieOf(answer)).toMatch(/; Secure$/);
    const plain = await signIn(house.admin, { 'X-Forwarded-Proto': 'http' });
    expect(cookieOf(plain)).not.toContain('Secure');
  });

  it('is not taken for an attempt when the page only looks whether anybody has', async () => {
    expect((await ask(house.at, 'GET', '/v1/session')).status).toBe(401);
    expect((await ask(house.at, 'GET', '/v1/users')).status).toBe(401);
    const kind = 'access-refused' as const;
    await expect.poll(() => house.stores.audit.list({ kind, limit: 9 })).not.toHaveLength(0);
    const rows = await house.stores.audit.list({ kind, limit: 9 });
    expect(rows.map(({ detail }) => detail?.['count'] ?? 1)).toEqual([1]);
  });

  it('keeps secrets out of the log and the record', async () => {
    const cookie = await signedIn();
    await by(cookie, 'GET', '/v1/grants');
    await signIn('dialgate_not-a-token');
    const told = house.logged() + JSON.stringify(await house.stores.audit.list({ limit: 50 }));
    expect(told).toContain('/v1/session');
    for (const secret of [cookie.split('=')[1] ?? '?', house.admin, 'not-a-token']) {
      expect(told).not.toContain(secret);
    }
  });

  it('refuses a bad token as the door does, and counts it there', async () => {
    const answer = await signIn('dialgate_no');
    expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
    expect(answer.headers['www-authenticate']).toMatch(/invalid_token/);
    for (let i = 0; i < 5; i += 1) await signIn('no');
    for (let i = 0; i < 4; i += 1) {
      expect((await ask(house.at, 'GET', '/v1/users', { token: 'no' })).status).toBe(401);
    }
    const late = await signIn('no');
    expect([late.status, late.headers['retry-after']]).toEqual([429, '60']);
    expect((await ask(house.at, 'GET', '/v1/users', { token: 'no' })).status).toBe(429);
    // a good one is never refused for the bad ones of a neighbour
    expect((await signIn(house.admin)).status).toBe(201);
    const kinds = (await house.stores.audit.list({ limit: 50 })).map(({ kind }) => kind);
    expect(kinds).toContain('access-refused');
  });

  it.each([
    [{}, 400],
    [{ token: 7 }, 400],
    [{ token: 'x'.repeat(600) }, 401],
    [{ token: ['a'] }, 400],
  ])('refuses the body %j', async (body, status) => {
    const answer = await ask(house.at, 'POST', '/v1/session', { body });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
  });

  it('takes nothing but JSON, so that no form of another site can do it', async () => {
    const answer = await ask(house.at, 'POST', '/v1/session', {
      body: `token=${house.admin}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(415);
  });

  it('begins another session each time, whatever key it comes with', async () => {
    const key = { 'Idempotency-Key': 'once' };
    const answers = [await signIn(house.admin, key), await signIn(house.admin, key)];
    expect(new Set(answers.map(cookieOf)).size).toBe(2);
  });

  it('with what is no token is held to the rate of strangers', async () => {
    house = await openHouse({ requests: { perToken: 100, perAddress: 3 } });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      statuses.push((await ask(house.at, 'POST', '/v1/session', { body: {} })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 429]);
    expect((await signIn(house.admin)).status).toBe(201);
  });
});

describe('by the cookie', () => {
  it('one is who the token is, and on record as it', async () => {
    const cookie = await signedIn();
    expect((await by(cookie, 'GET', '/v1/session')).body).toEqual({
      name: 'ops',
      role: 'admin',
      expiresAt: '2025-06-01T12:30:00.000Z',
    });
    await by(cookie, 'POST', '/v1/tokens', own, { name: 'cron', role: 'auditor' });
    const [row] = await house.stores.audit.list({ limit: 1 });
    expect([row?.kind, row?.actor]).toEqual(['token-created', 'token:ops']);
  });

  it('one may what the role may', async () => {
    const cookie = await signedIn(house.auditor);
    expect((await by(cookie, 'GET', '/v1/audit')).status).toBe(200);
    expect((await by(cookie, 'DELETE', '/v1/grants?all=true')).status).toBe(403);
  });

  it('a session that never was, or has ended, is a problem, and the cookie is taken away', async () => {
    const cookie = await signedIn();
    house.clock.now += 31 * 60_000;
    for (const bad of [
      cookie,
      `dialgate_session=${'A'.repeat(43)}`,
      'dialgate_session=',
      'dialgate_session=a; dialgate_session=b',
    ]) {
      const answer = await by(bad, 'GET', '/v1/grants');
      expect(answer.status).toBe(401);
      expect(answer.body['type']).toBe('urn:dialgate:problem:unauthorized');
      expect(cookieOf(answer)).toMatch(/^dialgate_session=; Max-Age=0; Path=\//);
    }
    // a good token beside it is what counts
    const token = house.admin;
    const both = { token, headers: { Cookie: cookie } };
    expect((await ask(house.at, 'GET', '/v1/grants', both)).status).toBe(200);
    const worse = { token: 'no', headers: { Cookie: await signedIn() } };
    expect((await ask(house.at, 'GET', '/v1/grants', worse)).status).toBe(401);
  });

  it('a session that has ended is on record once, however much the page asks by it', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    house.clock.now += 31 * 60_000;
    await Promise.all(['users', 'grants', 'entries'].map((of) => by(first, 'GET', `/v1/${of}`)));
    await by(first, 'GET', '/v1/grants');
    await by(second, 'GET', '/v1/grants');
    const rows = () => house.stores.audit.list({ kind: 'access-refused', limit: 9 });
    // another reason is noted last: when it is there, all are
    await ask(house.at, 'GET', '/v1/grants', { token: 'wrong' });
    await expect
      .poll(async () => (await rows()).map(({ detail }) => String(detail?.['reason'])))
      .toEqual(['bad-token', 'expired', 'expired']);
  });

  it('other cookies of the host are no matter', async () => {
    const cookie = await signedIn();
    expect((await by(`theme=dark; ${cookie}; a=b`, 'GET', '/v1/grants')).status).toBe(200);
    expect((await by('theme=dark', 'GET', '/v1/grants')).status).toBe(401);
  });

  it('signing out ends it at once', async () => {
    const [cookie, other] = [await signedIn(), await signedIn()];
    const answer = await by(cookie, 'DELETE', '/v1/session');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(cookieOf(answer)).toContain('Max-Age=0');
    expect((await by(cookie, 'GET', '/v1/session')).status).toBe(401);
    expect((await by(other, 'GET', '/v1/session')).status).toBe(200);
  });

  it('ends with the token', async () => {
    const cookie = await signedIn(house.operator);
    await house.rules.revokeToken('desk', 'cli:local');
    expect((await by(cookie, 'GET', '/v1/grants')).status).toBe(401);
  });

  it('is used by what somebody does, and not by what the page asks by itself', async () => {
    const cookie = await signedIn();
    const until = async (): Promise<unknown> =>
      (await by(cookie, 'GET', '/v1/session')).body['expiresAt'];
    house.clock.now += 60_000;
    await by(cookie, 'GET', '/v1/grants', { 'X-Dialgate-Page': 'background' });
    expect(await until()).toBe('2025-06-01T12:30:00.000Z');
    await by(cookie, 'GET', '/v1/grants');
    expect(await until()).toBe('2025-06-01T12:31:00.000Z');
    // what another page makes the browser ask keeps it no longer
    house.clock.now += 60_000;
    await by(cookie, 'DELETE', '/v1/grants?all=true', { 'Sec-Fetch-Site': 'same-site' });
    expect(await until()).toBe('2025-06-01T12:31:00.000Z');
  });

  it('is held to the rate of its token', async () => {
    house = await openHouse({ requests: { perToken: 3, perAddress: 100 } });
    const cookie = await signedIn();
    expect((await by(cookie, 'GET', '/v1/grants')).status).toBe(200);
    expect((await by(cookie, 'GET', '/v1/grants')).status).toBe(200);
    expect((await by(cookie, 'GET', '/v1/grants')).status).toBe(429);
    expect((await signIn(house.admin)).status).toBe(429);
  });
});

describe('what changes something by the cookie comes from our own page', () => {
  const header = { 'X-Dialgate-Page': '1' };

  it.each([
    ['no header of ours', { 'Sec-Fetch-Site': 'same-origin' }],
    ['no word of where it comes from', header],
    ['another page of the same host', { ...header, 'Sec-Fetch-Site': 'same-site' }],
    ['another site', { ...header, 'Sec-Fetch-Site': 'cross-site' }],
    ['the browser itself', { ...header, 'Sec-Fetch-Site': 'none' }],
    ['another port, where the browser says no more', { ...header, Origin: 'http://127.0.0.1:1' }],
    ['no origin to be told', { ...header, Origin: 'null' }],
    ['what is no origin', { ...header, Origin: 'nonsense' }],
  ])('so %s is refused, and on record', async (_, headers) => {
    const cookie = await signedIn();
    const answer = await by(cookie, 'POST', '/v1/tokens', headers, { name: 'evil', role: 'admin' });
    expect([answer.status, answer.body['type']]).toEqual([403, 'urn:dialgate:problem:forbidden']);
    await expect(house.rules.token('evil')).rejects.toMatchObject({ code: 'not-found' });
    const [row] = await house.stores.audit.list({ limit: 1 });
    expect([row?.kind, row?.actor]).toEqual(['access-refused', 'token:ops']);
  });

  it('by the word of the browser, or by its origin', async () => {
    const cookie = await signedIn();
    const port = new URL(house.at).port;
    const sent = [own, { ...header, Origin: `http://127.0.0.1:${port}` }];
    for (const [i, headers] of sent.entries()) {
      const body = { name: `t${i}`, role: 'auditor' };
      expect((await by(cookie, 'POST', '/v1/tokens', headers, body)).status).toBe(201);
    }
  });

  it('and another page cannot make it read, either', async () => {
    const cookie = await signedIn();
    const from = (site: string): Promise<Answered> =>
      by(cookie, 'GET', '/v1/audit/export', { 'Sec-Fetch-Site': site });
    expect((await from('same-site')).status).toBe(403);
    expect((await from('cross-site')).status).toBe(403);
    expect((await from('none')).status).toBe(200);
    expect((await from('same-origin')).status).toBe(200);
  });

  it('which programs with a token need not say', async () => {
    const body = { name: 'cron', role: 'auditor' };
    const token = house.admin;
    expect((await ask(house.at, 'POST', '/v1/tokens', { token, body })).status).toBe(201);
  });
});

it('with a token one has no session, and nothing to end', async () => {
  const token = house.auditor;
  const answer = await ask(house.at, 'GET', '/v1/session', { token });
  expect(answer.body).toEqual({ name: 'eyes', role: 'auditor', expiresAt: null });
  expect((await ask(house.at, 'DELETE', '/v1/session', { token })).status).toBe(204);
  expect((await ask(house.at, 'GET', '/v1/session', { token })).status).toBe(200);
});

it('at the administrators’ socket a cookie is no matter', async () => {
  const socket = await openHouse({ door: 'admin-socket' });
  const headers = { Cookie: 'dialgate_session=nonsense', 'X-Dialgate-Cli-User': 'mira' };
  const answer = await ask(socket.at, 'GET', '/v1/session', { headers });
  expect(answer.body).toEqual({ name: 'mira', role: 'admin', expiresAt: null });
});
