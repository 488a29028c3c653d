import { beforeEach, describe, expect, it } from 'vitest';
import type { Administration } from '../../src/access/administration.ts';
import { routesTo } from '../../src/http/routes.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

/** The bodies of those routes that need one. */
const bodies: Readonly<Record<string, object>> = {
  'POST /v1/users': { name: 'otto' },
  'PATCH /v1/users/:name': { language: 'es' },
  'POST /v1/grants': { user: 'mira', address: '203.0.113.8' },
  'POST /v1/tokens': { name: 'cron', role: 'auditor' },
  'POST /v1/entries': { label: 'branch', target: '203.0.113.9' },
  'POST /v1/entry-batches': { entries: [{ label: 'branch', target: '203.0.113.9' }] },
  'PATCH /v1/entries/:label': { note: 'moved' },
};
const named: Readonly<Record<string, string>> = {
  ':id': '1',
  ':subject': 'caller%3A15550123',
  ':label': 'office',
  ':address': '203.0.113.7',
};
/** Each route as it would be done; nothing is asked of the rules by listing them. */
const asked = routesTo({} as Administration).map(({ method, path }) => {
  const name = path.startsWith('/v1/tokens') ? 'ops' : 'mira';
  return {
    method,
    path: path.replace(/:[a-z]+/, (parameter) => named[parameter] ?? name),
    body: bodies[`${method} ${path}`] ?? {},
  };
});
const changing = asked.filter(({ method }) => method !== 'GET');

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await admin('POST', '/v1/users', { name: 'mira' });
  await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' });
  await admin('POST', '/v1/entries', { label: 'office', target: '203.0.113.7' });
  const failures = { count: 4, lastAt: house.clock.now };
  await house.stores.lockouts.record(
    [
      { subject: 'caller:15550123', failures },
      { subject: 'user:1/caller:15550123', failures },
    ],
    [],
  );
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });

/** All that a request could have changed. */
const everything = async (): Promise<unknown> => [
  await house.stores.audit.list({ limit: 100 }),
  await house.stores.users.list(),
  await house.stores.grants.unended(),
  await house.stores.lockouts.list(),
  await house.stores.entries.all(),
  await house.rules.tokens(),
];

async function expectRefused(answer: Promise<Answered>): Promise<void> {
  const before = await everything();
  const { status, body } = await answer;
  expect([status, body['type']]).toEqual([400, 'urn:dialgate:problem:invalid']);
  expect(body['errors']).toEqual([
    { at: 'foo', message: expect.stringMatching(/^is not known; /) as string },
  ]);
  expect(await everything()).toEqual(before);
}

describe('a parameter that is not listed is refused, and nothing changes', () => {
  it.each(asked)('$method $path', async ({ method, path, body }) => {
    await expectRefused(admin(method, `${path}?foo=1`, method === 'GET' ? undefined : body));
  });

  it('GET /health', async () => {
    await expectRefused(ask(house.at, 'GET', '/health?foo=1'));
  });
});

describe('a key that is not listed is refused, and nothing changes', () => {
  it.each(changing)('$method $path', async ({ method, path, body }) => {
    await expectRefused(admin(method, path, { ...body, foo: 1 }));
  });
});

describe('without them each is done, so it was they that were refused', () => {
  it.each(asked)('$method $path', async ({ method, path, body }) => {
    const before = await everything();
    const { status } = await admin(method, path, method === 'GET' ? undefined : body);
    expect([200, 201]).toContain(status);
    if (method === 'GET') expect(await everything()).toEqual(before);
    else expect(await everything()).not.toEqual(before);
  });
});

it('a GET reads no body', async () => {
  const answer = await admin('GET', '/v1/users', { foo: 1 });
  expect(answer.status).toBe(200);
});
