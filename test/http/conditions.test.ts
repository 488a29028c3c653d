import { beforeEach, describe, expect, it } from 'vitest';
import { furnished, operations } from './operations.ts';
import { ask, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await furnished();
});

const admin = (method: string, path: string, body?: unknown, match?: string): Promise<Answered> =>
  ask(house.at, method, path, {
    token: house.admin,
    body,
    ...(match !== undefined && { headers: { 'If-Match': match } }),
  });
const tagOf = async (path: string): Promise<string> =>
  (await admin('GET', path)).headers.etag ?? 'none';
const record = () => house.stores.audit.list({ limit: 100 });

/** Each thing with the path at which it is looked at. */
const changing = operations
  .filter(({ route }) => route.changes)
  .map((operation) => ({
    ...operation,
    thing: operation.path.split('/').slice(0, 4).join('/').replace(/\?.*/, ''),
  }));

describe('a change of what is another by now', () => {
  it.each(changing)('$method $path is refused, and nothing is done', async (operation) => {
    const { method, path, body } = operation;
    const before = await record();
    const answer = await admin(method, path, body, '"as-it-never-was"');
    expect([answer.status, answer.body['type']]).toEqual([
      412,
      'urn:dialgate:problem:precondition-failed',
    ]);
    expect(await record()).toEqual(before);
  });

  it.each(changing)('$method $path is done when it is as it was seen', async (operation) => {
    const { method, path, body, thing } = operation;
    const etag = await tagOf(thing);
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
    expect([200, 201]).toContain((await admin(method, path, body, `"other", ${etag}`)).status);
  });
});

it('every change that answers the thing answers its new tag', async () => {
  const seen = await tagOf('/v1/users/mira');
  const changed = await admin('PATCH', '/v1/users/mira', { language: 'es' }, seen);
  expect(changed.headers.etag).not.toBe(seen);
  expect(changed.headers.etag).toBe(await tagOf('/v1/users/mira'));
  expect((await admin('PATCH', '/v1/users/mira', { language: 'en' }, seen)).status).toBe(412);
});

it.each([['pin'], ['knock-code'], ['totp'], ['sheet']])(
  'a new %s makes the user another',
  async (what) => {
    const seen = await tagOf('/v1/users/mira');
    await admin('POST', `/v1/users/mira/${what}`);
    expect(await tagOf('/v1/users/mira')).not.toBe(seen);
  },
);

it('packets and what a name means are no reason to look again', async () => {
  await admin('POST', '/v1/entries', { label: 'carrier', target: 'sip.example.net' });
  const seen = await tagOf('/v1/entries/carrier');
  const entry = await house.stores.entries.byLabel('carrier');
  await house.stores.entries.resolved(
    entry?.id ?? 0,
    {
      addresses: [],
      resolvedAt: 1,
      changedAt: 1,
      failingSince: 5,
      failure: 'SERVFAIL',
      unanswered: [],
    },
    undefined,
  );
  expect(await tagOf('/v1/entries/carrier')).toBe(seen);
});

it('of many who saw the same, one changes it', async () => {
  const seen = await tagOf('/v1/users/mira');
  const languages = ['es', 'en', 'es', 'en', 'es', 'en'];
  const answers = await Promise.all(
    languages.map((language) => admin('PATCH', '/v1/users/%6Dira', { language }, seen)),
  );
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
    200, 412, 412, 412, 412, 412,
  ]);
});

it.each(['', 'abc', '"', '"a', 'W/"x', '"a" "b"', '*, "a"'])(
  'If-Match %j is malformed',
  async (bad) => {
    const before = await record();
    expect((await admin('PATCH', '/v1/users/mira', { language: 'es' }, bad)).status).toBe(400);
    expect(await record()).toEqual(before);
  },
);

it('a weak tag never matches (RFC 9110), and * always does', async () => {
  const weak = `W/${await tagOf('/v1/users/mira')}`;
  expect((await admin('PATCH', '/v1/users/mira', { language: 'es' }, weak)).status).toBe(412);
  expect((await admin('PATCH', '/v1/users/mira', { language: 'es' }, '*')).status).toBe(200);
  expect((await admin('PATCH', '/v1/users/otto', { language: 'es' }, '*')).status).toBe(404);
});

it('a condition on what changes nothing that is, is refused', async () => {
  const answer = await admin('POST', '/v1/users', { name: 'otto' }, '*');
  expect([answer.status, await house.stores.users.byName('otto')]).toEqual([400, undefined]);
  expect((await admin('GET', '/v1/users', undefined, '*')).status).toBe(200);
});

it.each(['*', 'its own'])(
  'a look on the condition If-None-Match: %s is answered whole',
  async (which) => {
    const path = '/v1/users/mira';
    const headers = { 'If-None-Match': which === '*' ? which : await tagOf(path) };
    const answer = await ask(house.at, 'GET', path, { token: house.admin, headers });
    expect([answer.status, answer.body['name']]).toEqual([200, 'mira']);
  },
);
