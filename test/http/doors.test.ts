import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditRow } from '../../src/domain/attempt.ts';
import { roles } from '../../src/domain/token.ts';
import { furnished, operations } from './operations.ts';
import { ask, openHouse, type House } from './workshop.ts';

const closed = operations.filter(({ route }) => route.may !== 'anyone');
const open = operations.filter(({ route }) => route.may === 'anyone');

let house: House;

/** All that was done: what was refused is on record, too, and changes nothing. */
const done = async (): Promise<AuditRow[]> =>
  (await house.stores.audit.list({ limit: 100 })).filter(({ kind }) => kind !== 'access-refused');

describe('the token’s door', () => {
  beforeEach(async () => {
    house = await furnished();
  });

  describe.each(closed)('$method $path', ({ route: { may }, method, path, body }) => {
    it.each([
      ['nobody', () => undefined],
      ['a stranger', () => 'dialgate_0123456789012345678901234567890123456789012'],
      ['a token cut short', () => house.admin.slice(0, -1)],
      ['a token in other letters', () => house.admin.toUpperCase()],
    ])('turns away %s, and changes nothing', async (_, token) => {
      const before = await done();
      const answer = await ask(house.at, method, path, { body, token: token() });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="dialgate"/);
      expect(answer.body['type']).toBe('urn:dialgate:problem:unauthorized');
      expect(await done()).toEqual(before);
    });

    it('turns away a revoked token', async () => {
      await house.rules.revokeToken('ops', 'cli:local', { last: true });
      expect((await ask(house.at, method, path, { body, token: house.admin })).status).toBe(401);
    });

    it('turns away a token whose time is over', async () => {
      const expiresAt = house.clock.now + 60_000;
      const { secret: token } = await house.rules.addToken(
        { name: 'brief', role: 'admin', expiresAt },
        'cli:local',
      );
      house.clock.now = expiresAt;
      expect((await ask(house.at, method, path, { body, token })).status).toBe(401);
    });

    it.each(roles)('does what its role may for %s, by name, and nothing else', async (role) => {
      const { admin, operator, auditor } = house;
      const token = { admin, operator, auditor }[role];
      const before = await done();
      const answer = await ask(house.at, method, path, { body, token });
      const rows = await done();
      if (may.includes(role)) {
        expect([200, 201, 202, 204]).toContain(answer.status);
        const made = rows.slice(0, rows.length - before.length);
        const name = { admin: 'ops', operator: 'desk', auditor: 'eyes' }[role];
        expect(made.every((row) => row.actor === `token:${name}`)).toBe(true);
      } else {
        expect([answer.status, answer.body['type']]).toEqual([
          403,
          'urn:dialgate:problem:forbidden',
        ]);
        expect(rows).toEqual(before);
      }
      if (method === 'GET' && !path.endsWith('/export')) expect(rows).toEqual(before);
    });
  });

  it('lets an administrator do everything, an auditor change nothing, and an operator open nothing', () => {
    const may = (role: (typeof roles)[number]) =>
      closed.filter(({ route }) => route.may.includes(role)).map(({ route }) => route.id);
    expect(may('admin')).toHaveLength(closed.length);
    const looking = closed.filter(({ method }) => method === 'GET').map(({ route }) => route.id);
    expect(may('auditor').sort()).toEqual([...looking, 'startVerification', 'endSession'].sort());
    const hidden = /Audit|Verification|Token|Configuration|Notice/;
    expect(may('operator').sort()).toEqual(
      [
        ...looking.filter((id) => !hidden.test(id)),
        'closeGrant',
        'closeGrants',
        'endSession',
      ].sort(),
    );
  });

  it.each(open)('$method $path needs no token', async ({ method, path, body }) => {
    expect([200, 201]).toContain((await ask(house.at, method, path, { body })).status);
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

it('puts on record who was refused, and from where', async () => {
  house = await furnished();
  await ask(house.at, 'GET', '/v1/users');
  await ask(house.at, 'GET', '/v1/users', { token: 'wrong' });
  await ask(house.at, 'DELETE', '/v1/users/mira', { token: house.operator });
  const kind = 'access-refused' as const;
  await expect.poll(() => house.stores.audit.list({ kind, limit: 9 })).toHaveLength(3);
  const rows = await house.stores.audit.list({ kind, limit: 9 });
  expect(rows.map(({ detail }) => detail?.['reason'])).toEqual([
    'forbidden',
    'bad-token',
    'no-token',
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/wrong|mira/);
});

describe('the administrators’ socket', () => {
  beforeEach(async () => {
    house = await furnished({ door: 'admin-socket' });
  });

  it.each(operations)('$method $path needs no token', async ({ method, path, body }) => {
    expect([200, 201, 202, 204]).toContain((await ask(house.at, method, path, { body })).status);
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

it('a token whose time is over is on record as that, by its name, and another as a bad one', async () => {
  const house = await openHouse();
  const expiresAt = house.clock.now + 60_000;
  const { secret: token } = await house.rules.addToken(
    { name: 'brief', role: 'admin', expiresAt },
    'cli:local',
  );
  house.clock.now = expiresAt;
  await ask(house.at, 'GET', '/v1/grants', { token });
  await ask(house.at, 'GET', '/v1/grants', { token: 'dialgate_nothing' });
  const rows = await house.stores.audit.list({ kind: 'access-refused', limit: 9 });
  expect(rows.map(({ actor, detail }) => [actor, detail?.['reason']])).toEqual([
    ['system', 'bad-token'],
    ['token:brief', 'expired'],
  ]);
});
