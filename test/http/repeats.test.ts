import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { furnished } from './operations.ts';
import { ask, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await furnished();
});

const key = '0b6c1f6e-7f5e-4a53-9d3e-2b6f3f1f0a11';
const keyed = (
  path: string,
  body: unknown,
  rest: { key?: string; token?: string; headers?: Record<string, string> } = {},
): Promise<Answered> =>
  ask(house.at, 'POST', path, {
    token: rest.token ?? house.admin,
    body,
    headers: { 'Idempotency-Key': rest.key ?? key, ...rest.headers },
  });
const problem = ({ status, body }: Answered): unknown[] => [
  status,
  String(body['type']).replace('urn:dialgate:problem:', ''),
];
const users = async (): Promise<string[]> =>
  (await house.stores.users.list()).map(({ name }) => name);

describe('a request with a key', () => {
  it('is done once and answered alike, secrets, place and tag included', async () => {
    const first = await keyed('/v1/users', { name: 'otto' });
    const again = await keyed('/v1/users', { name: 'otto' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([again.headers.location, again.headers.etag]).toEqual([
      first.headers.location,
      first.headers.etag,
    ]);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await house.stores.audit.list({ kind: 'user-created', limit: 9 })).toHaveLength(2);
  });

  it('opens once, however often it is asked at once', async () => {
    const wanted = { user: 'mira', address: '203.0.113.50' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => keyed('/v1/grants', wanted)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body['id'])).size).toBe(1);
    for (const other of answers.filter((answer) => !made.includes(answer))) {
      expect(problem(other)).toEqual([409, 'key-in-use']);
    }
    const opened = await house.stores.audit.list({ kind: 'gate-opened', limit: 9 });
    expect(opened.filter(({ address }) => address === '203.0.113.50')).toHaveLength(1);
  });

  it.each([
    ['another body', () => keyed('/v1/users', { name: 'anna' })],
    ['another path', () => keyed('/v1/tokens', { name: 'otto', role: 'auditor' })],
    ['another thing', () => keyed('/v1/users/mira/pin', {})],
    ['another condition', () => keyed('/v1/users/mira/totp', {}, { headers: { 'If-Match': '*' } })],
  ])('is refused with %s, and nothing is done', async (_, other) => {
    await keyed('/v1/users', { name: 'otto' });
    const before = await house.stores.audit.list({ limit: 100 });
    expect(problem(await other())).toEqual([422, 'key-reused']);
    expect(await house.stores.audit.list({ limit: 100 })).toEqual(before);
  });

  it('does not mind the spaces and the order of the body’s keys', async () => {
    const body = { user: 'mira', address: '203.0.113.50', seconds: 60 };
    const first = await keyed('/v1/grants', body);
    const again = await keyed(
      '/v1/grants',
      ' {"seconds":60, "address":"203.0.113.50","user":"mira"}',
    );
    expect([again.status, again.body['id']]).toEqual([201, first.body['id']]);
  });

  it('belongs to the token that it came with', async () => {
    const { secret: token } = await house.rules.addToken({ name: 'b', role: 'admin' }, 'cli:local');
    expect((await keyed('/v1/users', { name: 'otto' })).status).toBe(201);
    expect((await keyed('/v1/users', { name: 'anna' }, { token })).status).toBe(201);
    expect(await users()).toEqual(['anna', 'mira', 'otto']);
  });

  it('may be tried again when the rules refused it, for nothing was done', async () => {
    expect((await keyed('/v1/grants', { user: 'otto', address: '203.0.113.9' })).status).toBe(404);
    await ask(house.at, 'POST', '/v1/users', { token: house.admin, body: { name: 'otto' } });
    expect((await keyed('/v1/grants', { user: 'otto', address: '203.0.113.9' })).status).toBe(201);
  });

  it('is forgotten after a day, and not before', async () => {
    const first = await keyed('/v1/users/mira/pin', {});
    house.clock.now += 86_399_000;
    expect((await keyed('/v1/users/mira/pin', {})).body).toEqual(first.body);
    house.clock.now += 1000;
    const anew = await keyed('/v1/users/mira/pin', {});
    expect(anew.headers['idempotency-replayed']).toBeUndefined();
    expect(anew.body['pin']).not.toBe(first.body['pin']);
  });

  it('that was begun before a crash is not done again: nobody knows what came of it', async () => {
    house = await furnished({
      rules: { resetPin: () => Promise.reject(new Error('the process ends here')) },
    });
    expect((await keyed('/v1/users/mira/pin', {})).status).toBe(500);
    expect(problem(await keyed('/v1/users/mira/pin', {}))).toEqual([409, 'outcome-unknown']);
  });

  it('that took longer than its answer could wait is answered when asked again', async () => {
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    house = await furnished({
      deadline: 0.1,
      rules: {
        resetPin: async () => {
          await slow;
          throw new AccessError('not-found', 'There is no such user any more.');
        },
      },
    });
    expect((await keyed('/v1/users/mira/pin', {})).status).toBe(504);
    expect(problem(await keyed('/v1/users/mira/pin', {}))).toEqual([409, 'key-in-use']);
    finish();
    await sleep(20);
    expect(problem(await keyed('/v1/users/mira/pin', {}))).toEqual([404, 'not-found']);
  });

  it.each(['', ' ', 'x'.repeat(256), 'two, keys', 'clé'])('%j is no key', async (bad) => {
    const answer = await ask(house.at, 'POST', '/v1/users', {
      token: house.admin,
      body: { name: 'otto' },
      headers: { 'Idempotency-Key': Buffer.from(bad, 'utf8').toString('latin1') },
    });
    expect([answer.status, await users()]).toEqual([400, ['mira']]);
  });

  it('is kept without a secret in clear: not the PIN, not the key, not the token', async () => {
    const rows: unknown[] = [];
    const { answers } = house.stores;
    const { take, keep } = answers;
    Object.assign(answers, {
      take: (...row: Parameters<typeof take>) => (rows.push(row), take(...row)),
      keep: (...row: Parameters<typeof keep>) => (rows.push(row), keep(...row)),
    });
    const { body } = await keyed('/v1/users', { name: 'otto', pin: '864209' });
    const text = JSON.stringify(rows);
    expect(rows).toHaveLength(2);
    for (const secret of ['864209', key, house.admin, String(body['knockCode']), 'otto']) {
      expect(text).not.toContain(secret);
    }
  });
});

it('a key means nothing where asking twice does no more than asking once', async () => {
  const headers = { 'Idempotency-Key': key };
  const token = house.admin;
  for (const language of ['es', 'en']) {
    const answer = await ask(house.at, 'PATCH', '/v1/users/mira', {
      token,
      headers,
      body: { language },
    });
    expect(answer.body['language']).toBe(language);
  }
});
