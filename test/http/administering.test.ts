import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configurationShape } from '../../src/http/answers/configuration.ts';
import { runningConfiguration } from './configuration.ts';
import { furnished } from './operations.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await furnished();
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const itemsAt = async (path: string): Promise<Record<string, unknown>[]> =>
  (await admin('GET', path)).body['items'] as Record<string, unknown>[];
const open = async (): Promise<unknown[]> =>
  (await itemsAt('/v1/grants')).map(({ address }) => address);

/** All pages of a list, of two rows each. */
async function pages(path: string, key: string): Promise<unknown[][]> {
  const seen: unknown[][] = [];
  for (let next: unknown = ''; next !== null && seen.length < 20;) {
    const { body } = await admin(
      'GET',
      `${path}limit=2${next === '' ? '' : `&cursor=${next as string}`}`,
    );
    seen.push((body['items'] as Record<string, unknown>[]).map((item) => item[key]));
    next = body['next'];
  }
  return seen;
}

describe('every list has the same pages', () => {
  it('users and tokens by name, without a gap when one comes between', async () => {
    for (const name of ['anna', 'Zoe', 'otto']) await house.rules.addUser({ name }, 'cli:local');
    expect(await pages('/v1/users?', 'name')).toEqual([
      ['Zoe', 'anna'],
      ['mira', 'otto'],
    ]);
    expect(await pages('/v1/tokens?', 'name')).toEqual([
      ['desk', 'eyes'],
      ['ops', 'spare'],
    ]);
  });

  it('lockouts by the last failure, then by subject', async () => {
    const lastAt = house.clock.now;
    const of = (subject: `caller:${string}`, at: number) => ({
      subject,
      failures: { count: 1, lastAt: at },
    });
    await house.stores.lockouts.record(
      [of('caller:b', lastAt), of('caller:a', lastAt), of('caller:c', lastAt - 5)],
      [],
    );
    expect(await pages('/v1/lockouts?', 'subject')).toEqual([
      ['caller:15550123', 'caller:a'],
      ['caller:b', 'user:1/caller:15550123'],
      ['caller:c'],
    ]);
  });

  it('the record and the calls, newest first, with their filters', async () => {
    const rows = await itemsAt('/v1/audit');
    expect((await pages('/v1/audit?', 'seq')).flat()).toEqual(rows.map(({ seq }) => seq));
    expect(await pages('/v1/calls?callerNumber=15550123&', 'id')).toEqual([[1]]);
    expect(await itemsAt('/v1/calls?callerNumber=1')).toEqual([]);
    expect(await itemsAt('/v1/calls?userId=1')).toEqual([]);
    const until = new Date(house.clock.now).toISOString();
    expect(await itemsAt(`/v1/audit?to=${until}&kind=gate-opened`)).toEqual([]);
    expect(await itemsAt(`/v1/audit?from=${until}&kind=gate-opened`)).toHaveLength(1);
    expect(await itemsAt('/v1/audit?actor=cli:local&kind=token-created')).toHaveLength(4);
    expect(await itemsAt('/v1/audit?caller=%2B1%20555%200123')).toMatchObject([
      { kind: 'call-began', callId: 1 },
    ]);
  });

  it('grants of a user and of an address, those that have ended too', async () => {
    await house.rules.addUser({ name: 'otto' }, 'cli:local');
    const body = { user: 'otto', address: '203.0.113.8' };
    await admin('POST', '/v1/grants', body);
    await admin('DELETE', '/v1/grants/2');
    await admin('POST', '/v1/grants', body);
    const ids = async (query: string): Promise<unknown[]> =>
      (await itemsAt(`/v1/grants?${query}`)).map(({ id }) => id);
    expect(await ids('')).toEqual([3, 1]);
    expect(await ids('userId=2')).toEqual([3]);
    expect(await ids('userId=2&state=all')).toEqual([3, 2]);
    expect(await ids('address=203.0.113.7')).toEqual([1]);
    expect(await ids('address=203.0.113.7&userId=2&state=all')).toEqual([]);
    // time ends them before anybody puts it on record
    house.clock.now += 14_400_000;
    expect([await ids(''), await ids('state=all')]).toEqual([[], [3, 2, 1]]);
  });
});

describe('grants', () => {
  beforeEach(async () => {
    await house.rules.addUser({ name: 'otto' }, 'cli:local');
    for (const [user, address] of [
      ['mira', '203.0.113.8'],
      ['otto', '203.0.113.8'],
      ['otto', '203.0.113.9'],
    ]) {
      await admin('POST', '/v1/grants', { user, address });
    }
  });

  it.each([
    ['user=otto', [3, 4], ['203.0.113.8', '203.0.113.7']],
    ['address=203.0.113.8', [2, 3], ['203.0.113.9', '203.0.113.7']],
    ['all=true', [1, 2, 3, 4], []],
  ])('are closed together by %s, each on record', async (query, closed, left) => {
    const answer = await ask(house.at, 'DELETE', `/v1/grants?${query}`, { token: house.operator });
    expect([answer.status, answer.body]).toEqual([200, { closed }]);
    expect(await open()).toEqual(left);
    const rows = await house.stores.audit.list({ kind: 'gate-closed', limit: 9 });
    expect(rows.map(({ actor }) => actor)).toEqual(closed.map(() => 'token:desk'));
    expect((await admin('DELETE', `/v1/grants?${query}`)).body).toEqual({ closed: [] });
  });

  it('of nobody are not found', async () => {
    expect((await admin('DELETE', '/v1/grants?user=nobody')).status).toBe(404);
    expect(await open()).toHaveLength(4);
  });

  it('are extended: another takes the place, and an ended one stays ended', async () => {
    house.clock.now += 1000_000;
    const answer = await admin('POST', '/v1/grants/1/extend', { seconds: 600 });
    expect([answer.status, answer.headers.location]).toEqual([201, '/v1/grants/5']);
    expect(answer.body).toMatchObject({
      address: '203.0.113.7',
      expiresAt: new Date(house.clock.now + 600_000).toISOString(),
    });
    expect((await admin('GET', '/v1/grants/1')).body).toMatchObject({ end: 'renewed' });
    expect((await admin('POST', '/v1/grants/1/extend')).status).toBe(409);
    expect((await admin('POST', '/v1/grants/99/extend')).status).toBe(404);
    expect((await admin('POST', '/v1/grants/5/extend', { seconds: 1e9 })).status).toBe(400);
  });
});

describe('a user who is removed', () => {
  it('has nothing open, is nowhere, cannot come back, and stays on record', async () => {
    const answer = await admin('DELETE', '/v1/users/mira');
    expect([answer.status, answer.body['name'], answer.body['disabled']]).toEqual([
      200,
      'mira',
      true,
    ]);
    expect(await open()).toEqual([]);
    expect(await itemsAt('/v1/users')).toEqual([]);
    for (const [method, path, body] of [
      ['GET', '/v1/users/mira', undefined],
      ['PATCH', '/v1/users/mira', { disabled: false }],
      ['DELETE', '/v1/users/mira', undefined],
      ['POST', '/v1/users/mira/pin', {}],
      ['POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' }],
    ] as const) {
      expect([path, (await admin(method, path, body)).status]).toEqual([path, 404]);
    }
    expect((await admin('POST', '/v1/users', { name: 'mira' })).status).toBe(409);
    expect(await itemsAt('/v1/grants?state=all')).toMatchObject([
      { userName: 'mira', end: 'closed' },
    ]);
    const [row] = await house.stores.audit.list({ kind: 'user-removed', limit: 1 });
    expect(row).toMatchObject({ actor: 'token:ops', userId: 1, detail: { name: 'mira' } });
    expect(await itemsAt('/v1/lockouts')).toHaveLength(1);
  });

  it('leaves the knock code to others', async () => {
    const code = { knockCode: '233*245*478' };
    await admin('POST', '/v1/users', { name: 'otto', ...code });
    expect((await admin('POST', '/v1/users', { name: 'anna', ...code })).status).toBe(409);
    await admin('DELETE', '/v1/users/otto');
    expect((await admin('POST', '/v1/users', { name: 'anna', ...code })).status).toBe(201);
  });
});

describe('tokens', () => {
  it('end when they are to', async () => {
    const expiresAt = new Date(house.clock.now + 3600_000).toISOString();
    const made = await admin('POST', '/v1/tokens', { name: 'brief', role: 'operator', expiresAt });
    const { token, secret } = made.body as { token: object; secret: string };
    expect(token).toMatchObject({ role: 'operator', expiresAt });
    const use = (): Promise<Answered> => ask(house.at, 'GET', '/v1/grants', { token: secret });
    house.clock.now += 3_599_999;
    expect((await use()).status).toBe(200);
    house.clock.now += 1;
    expect((await use()).status).toBe(401);
    expect((await admin('GET', '/v1/tokens/brief')).body).toMatchObject({ expiresAt });
  });

  it('of administrators do not all go by mistake, not even two at once', async () => {
    const gone = await Promise.all([
      admin('DELETE', '/v1/tokens/spare'),
      ask(house.at, 'DELETE', '/v1/tokens/ops', { token: house.admin }),
    ]);
    expect(gone.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(gone.find(({ status }) => status === 409)?.body['type']).toBe(
      'urn:dialgate:problem:last-administrator',
    );
  });

  it('that have ended are no administrators, and the last one goes when that is meant', async () => {
    const expiresAt = new Date(house.clock.now + 1000).toISOString();
    await admin('DELETE', '/v1/tokens/spare');
    await admin('POST', '/v1/tokens', { name: 'brief', role: 'admin', expiresAt });
    house.clock.now += 1000;
    expect((await admin('DELETE', '/v1/tokens/ops')).status).toBe(409);
    expect((await admin('DELETE', '/v1/tokens/brief')).status).toBe(200);
    expect((await admin('DELETE', '/v1/tokens/desk')).status).toBe(200);
    expect((await admin('DELETE', '/v1/tokens/ops?last=true')).status).toBe(200);
    expect((await admin('GET', '/v1/tokens')).status).toBe(401);
  });
});

it('a call comes with its steps, in order', async () => {
  const { audit } = house.stores;
  for (const kind of ['attempt-refused', 'attempt-accepted', 'gate-opened'] as const) {
    await audit.append({ at: 5, actor: 'call:1', kind, callId: 1 });
  }
  const { body } = await admin('GET', '/v1/calls/1');
  expect(body).toMatchObject({ id: 1, callerNumber: '15550123', outcome: null });
  expect((body['steps'] as { kind: string }[]).map(({ kind }) => kind)).toEqual([
    'call-began',
    'attempt-refused',
    'attempt-accepted',
    'gate-opened',
  ]);
  expect((await admin('GET', '/v1/calls/2')).status).toBe(404);
});

it('the record is exported as it is asked for, and that is on record', async () => {
  const csv = await admin('GET', '/v1/audit/export?format=csv&kind=gate-opened');
  expect([csv.status, csv.headers['content-type']]).toEqual([
    200,
    'text/csv; charset=utf-8; header=present',
  ]);
  const [row] = await house.stores.audit.list({ kind: 'audit-exported', limit: 1 });
  expect(row).toMatchObject({ actor: 'token:ops', detail: { format: 'csv', kind: 'gate-opened' } });
});

it('an export that fails midway breaks off, and the log has why', async () => {
  house = await openHouse({
    rules: {
      async *exportAudit() {
        yield await Promise.resolve('{"seq":1}\n');
        throw new Error('the disk is gone');
      },
    },
  });
  await expect(admin('GET', '/v1/audit/export')).rejects.toThrow();
  await expect.poll(house.logged).toContain('the disk is gone');
  expect((await admin('GET', '/v1/users')).status).toBe(200);
});

it('of the export, the head alone makes nothing, and is no export', async () => {
  const head = await admin('HEAD', '/v1/audit/export?format=csv');
  expect([head.status, head.text, head.headers['content-type']]).toEqual([
    200,
    '',
    'text/csv; charset=utf-8; header=present',
  ]);
  expect(await house.stores.audit.list({ kind: 'audit-exported', limit: 1 })).toEqual([]);
});

it('no more than two exports at once: a third is told to wait, until one has ended or was given up', async () => {
  const first = house.rules.exportAudit({}, 'csv', 'cli:local');
  const second = house.rules.exportAudit({}, 'csv', 'cli:local');
  await first.next();
  await second.next();
  const third = await admin('GET', '/v1/audit/export');
  expect([third.status, third.headers['retry-after']]).toEqual([429, expect.any(String)]);
  // one that was never read is none, and one that is given up frees its place
  await first.return(undefined);
  expect((await admin('GET', '/v1/audit/export')).status).toBe(200);
  expect((await admin('GET', '/v1/audit/export')).status).toBe(200);
});

it('nor any number of them in a minute, as each is a row of the record', async () => {
  const path = '/v1/audit/export?from=2100-01-01T00:00:00Z';
  const statuses: number[] = [];
  for (let n = 0; n < 70; n++) {
    statuses.push((await ask(house.at, 'GET', path, { token: house.auditor })).status);
  }
  expect(statuses).toEqual([...Array<number>(60).fill(200), ...Array<number>(10).fill(429)]);
  expect(await house.stores.audit.list({ kind: 'audit-exported', limit: 100 })).toHaveLength(60);
  expect((await admin('GET', path)).status).toBe(200);
});

describe('the configuration', () => {
  it('is shown without the places of keys and passwords', async () => {
    const { status, body, text } = await admin('GET', '/v1/configuration');
    expect([status, body['access']]).toEqual([200, runningConfiguration.access]);
    expect(body['asterisk']).toEqual({ url: 'http://127.0.0.1:8088', application: 'dialgate' });
    expect(text).not.toMatch(/secret\.key|ari\.password|dialgate-ari/);
  });

  it('shows no key that nobody has allowed, wherever it comes', async () => {
    const strewn = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries([
            ...Object.entries(value).map(([key, inner]) => [key, strewn(inner)]),
            // what maps a number to a language has text alone
            ...(Object.keys(value).length > 0 ? [['token', 'hunter2']] : []),
          ])
        : value;
    house = await openHouse({ configuration: () => strewn(runningConfiguration) });
    const { status, text } = await admin('GET', '/v1/configuration');
    expect([status, text.includes('hunter2')]).toEqual([200, false]);
    expect(z.strictObject({}).safeParse(JSON.parse(text)).success).toBe(false);
    expect(configurationShape.parse(runningConfiguration)).toEqual(JSON.parse(text));
  });
});

describe('the page for people', () => {
  it('names every operation, and needs no script, no style of its own and no other host', async () => {
    const page = await ask(house.at, 'GET', '/reference');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    for (const id of ['openGrant', 'revokeToken', 'readHealth']) {
      expect(page.text).toContain(`id="${id}"`);
    }
    // what one of many is, too, and what may become of it
    const batch = page.text.split('id="createEntries"')[1]?.split('<section')[0];
    expect(batch).toMatch(
      /entries<\/code><\/dt><dd><span[^>]*>list of object<\/span><dl><dt><code>label/,
    );
    expect(page.text.split('id="schema-BatchItem"')[1]?.split('</details>')[0]).toMatch(
      /added.*<p>or<\/p>.*present.*<p>or<\/p>.*refused.*address-refused/,
    );
    expect(page.text).not.toMatch(/<script|style=|https?:|javascript:| on[a-z]+=/);
    const anchors = [...page.text.matchAll(/href="#([^"]+)"/g)].map(([, name]) => name);
    for (const anchor of anchors) expect(page.text).toContain(`id="${anchor ?? ''}"`);
    const style = await ask(house.at, 'GET', '/reference.css');
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
  });
});
