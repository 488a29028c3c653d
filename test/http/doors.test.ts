import { beforeEach, describe, expect, it } from 'vitest';
import { usualSettings } from '../../src/domain/user.ts';
import { ask, openHouse, type House } from './workshop.ts';

const routes: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ['GET', '/v1/users', undefined],
  ['POST', '/v1/users', { name: 'otto' }],
  ['GET', '/v1/users/mira', undefined],
  ['PATCH', '/v1/users/mira', { disabled: false }],
  ['POST', '/v1/users/mira/pin', {}],
  ['POST', '/v1/users/mira/knock-code', {}],
  ['POST', '/v1/users/mira/totp', {}],
  ['POST', '/v1/users/mira/sheet', {}],
  ['DELETE', '/v1/users/mira/second-factor', undefined],
  ['DELETE', '/v1/users/mira/lockouts', undefined],
  ['GET', '/v1/lockouts', undefined],
  ['DELETE', '/v1/lockouts/caller%3Awithheld', undefined],
  ['GET', '/v1/grants', undefined],
  ['POST', '/v1/grants', { user: 'mira', address: '203.0.113.8' }],
  ['GET', '/v1/grants/1', undefined],
  ['DELETE', '/v1/grants/1', undefined],
  ['GET', '/v1/audit', undefined],
  ['GET', '/v1/calls', undefined],
  ['GET', '/v1/tokens', undefined],
  ['POST', '/v1/tokens', { name: 'third', role: 'admin' }],
  ['GET', '/v1/tokens/ops', undefined],
  ['DELETE', '/v1/tokens/eyes', undefined],
  ['GET', '/v1/health', undefined],
  ['GET', '/v1/status', undefined],
  ['GET', '/metrics', undefined],
];

let house: House;

async function furnished(changes: Parameters<typeof openHouse>[0] = {}): Promise<House> {
  const opened = await openHouse(changes);
  // straight into the store: a real PIN's hash would cost 40 ms in each of these tests
  await opened.stores.users.add(
    { ...usualSettings, name: 'mira', createdAt: 1 },
    { knockCodeLookup: 'lookup', pinHash: 'hash' },
    { at: 1, actor: 'cli:local', kind: 'user-created' },
  );
  const failures = { count: 1, lastAt: opened.clock.now };
  await opened.stores.lockouts.record([{ subject: 'caller:withheld', failures }], []);
  await opened.rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:local');
  return opened;
}

describe('the token’s door', () => {
  beforeEach(async () => {
    house = await furnished();
  });

  describe.each(routes)('%s %s', (method, path, body) => {
    it.each([
      ['nobody', () => undefined],
      ['a stranger', () => 'dialgate_0123456789012345678901234567890123456789012'],
      ['a token cut short', () => house.admin.slice(0, -1)],
      ['a token in other letters', () => house.admin.toUpperCase()],
    ])('turns away %s, and changes nothing', async (_, token) => {
      const before = await house.stores.audit.list({ limit: 100 });
      const answer = await ask(house.at, method, path, { body, token: token() });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="dialgate"/);
      expect(answer.body['type']).toBe('urn:dialgate:problem:unauthorized');
      expect(await house.stores.audit.list({ limit: 100 })).toEqual(before);
    });

    it('turns away a revoked token', async () => {
      await house.rules.revokeToken('ops', 'cli:local');
      expect((await ask(house.at, method, path, { body, token: house.admin })).status).toBe(401);
    });

    it(`lets an auditor ${method === 'GET' ? 'in' : 'look only'}`, async () => {
      const before = await house.stores.audit.list({ limit: 100 });
      const answer = await ask(house.at, method, path, { body, token: house.auditor });
      expect(answer.status).toBe(method === 'GET' ? 200 : 403);
      expect(await house.stores.audit.list({ limit: 100 })).toEqual(before);
    });

    it('lets an administrator in, and puts the token’s name on record', async () => {
      const before = await house.stores.audit.list({ limit: 100 });
      const answer = await ask(house.at, method, path, { body, token: house.admin });
      expect([200, 201]).toContain(answer.status);
      const rows = await house.stores.audit.list({ limit: 100 });
      const made = rows.slice(0, rows.length - before.length);
      expect(made.every((row) => row.actor === 'token:ops')).toBe(true);
    });
  });

  it('reads no body of whom it turns away', async () => {
    const body = '{ this is no JSON';
    expect((await ask(house.at, 'POST', '/v1/users', { body })).status).toBe(401);
    const { auditor } = house;
    expect((await ask(house.at, 'POST', '/v1/users', { body, token: auditor })).status).toBe(403);
  });

  it('does not tell a stranger which paths exist', async () => {
    expect((await ask(house.at, 'GET', '/v1/nothing')).status).toBe(401);
    expect((await ask(house.at, 'PUT', '/v1/users')).status).toBe(401);
    expect((await ask(house.at, 'GET', '/metrics/more')).status).toBe(401);
  });

  it.each([
    'Basic b3BzOm9wcw==',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    `Bearer ${'x'.repeat(5000)}`,
    "Bearer ' OR 1=1 --",
    'Token abc',
  ])('refuses the header %j', async (authorization) => {
    const answer = await ask(house.at, 'GET', '/v1/users', {
      headers: { Authorization: authorization },
    });
    expect(answer.status).toBe(401);
  });

  it('takes the scheme in any case (RFC 9110)', async () => {
    const headers = { Authorization: `bEARER ${house.admin}` };
    expect((await ask(house.at, 'GET', '/v1/users', { headers })).status).toBe(200);
  });

  it('ignores what the other door reads', async () => {
    const headers = { 'X-Dialgate-Cli-User': 'root' };
    expect((await ask(house.at, 'GET', '/v1/users', { headers })).status).toBe(401);
  });

  it('slows down bad tokens, but never a good one', async () => {
    const bad = (): ReturnType<typeof ask> => ask(house.at, 'GET', '/v1/users', { token: 'wrong' });
    for (let i = 0; i < 10; i += 1) expect((await bad()).status).toBe(401);
    const slowed = await bad();
    expect(slowed.status).toBe(429);
    expect(slowed.headers['retry-after']).toBe('60');
    expect((await ask(house.at, 'GET', '/v1/users', { token: house.admin })).status).toBe(200);
    expect((await ask(house.at, 'GET', '/v1/users')).status).toBe(401);
    house.clock.now += 59_000;
    expect((await bad()).headers['retry-after']).toBe('1');
    house.clock.now += 1_000;
    expect((await bad()).status).toBe(401);
  });

  it('fails closed when tokens cannot be looked up', async () => {
    house = await openHouse({ rules: { tokenFor: () => Promise.reject(new Error('disk')) } });
    const answer = await ask(house.at, 'GET', '/v1/users', { token: house.admin });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('disk');
  });
});

describe('the administrators’ socket', () => {
  beforeEach(async () => {
    house = await furnished({ door: 'admin-socket' });
  });

  it.each(routes)('%s %s needs no token', async (method, path, body) => {
    expect([200, 201]).toContain((await ask(house.at, method, path, { body })).status);
  });

  it.each([
    ['mira', 'cli:mira'],
    ['m.i_r-a', 'cli:m.i_r-a'],
    ['', 'cli:local'],
    ['/../', 'cli:..'],
    ['token:ops', 'cli:tokenops'],
    ["'; DROP TABLE audit; --", 'cli:DROPTABLEaudit--'],
    ['x'.repeat(500), `cli:${'x'.repeat(64)}`],
    [undefined, 'cli:local'],
  ])('names the actor %j as %s', async (given, actor) => {
    const headers = given === undefined ? {} : { 'X-Dialgate-Cli-User': given };
    await ask(house.at, 'POST', '/v1/users', { headers, body: { name: 'otto' } });
    const [row] = await house.stores.audit.list({ kind: 'user-created', limit: 1 });
    expect(row?.actor).toBe(actor);
  });
});
