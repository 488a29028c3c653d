import { beforeEach, describe, expect, it } from 'vitest';
import { AccessError, type AccessErrorCode } from '../../src/domain/access-error.ts';
import { ask, openHouse, well, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const iso = '2025-06-01T12:00:00.000Z';
const items = async (path: string): Promise<Record<string, unknown>[]> =>
  (await admin('GET', path)).body['items'] as Record<string, unknown>[];

describe('users', () => {
  it('are made with secrets that are shown once, and listed without', async () => {
    const made = await admin('POST', '/v1/users', { name: 'mira', services: ['web', 'sip'] });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/v1/users/mira');
    expect(made.headers['cache-control']).toBe('no-store');
    const user = {
      id: 1,
      name: 'mira',
      disabled: false,
      services: ['web', 'sip'],
      language: null,
      callerPolicy: 'any',
      numbers: [],
      leastAttestation: null,
      pairing: 'spoken-port',
      email: null,
      secondFactor: 'none',
      codesLeft: 0,
      revision: 0,
      createdAt: iso,
    };
    expect(made.body).toEqual({
      user,
      knockCode: expect.stringMatching(/^\d+\*\d+\*\d+$/) as string,
      pin: expect.stringMatching(/^\d{6}$/) as string,
    });
    expect((await admin('GET', '/v1/users')).body).toEqual({ items: [user], next: null });
    expect((await admin('GET', '/v1/users/mira')).body).toEqual(user);
  });

  it('take a knock code and a PIN of one’s own', async () => {
    const body = { name: 'mira', knockCode: '233*245*478', pin: '4711' };
    expect((await admin('POST', '/v1/users', body)).body).toMatchObject({
      knockCode: '233*245*478',
      pin: '4711',
    });
    const clash = await admin('POST', '/v1/users', { ...body, name: 'otto' });
    expect(clash.status).toBe(409);
    expect(clash.text).not.toMatch(/233|4711|mira/);
  });

  it('are disabled, which closes what they have open, and enabled again', async () => {
    await admin('POST', '/v1/users', { name: 'mira' });
    await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' });
    const off = await admin('PATCH', '/v1/users/mira', { disabled: true });
    expect([off.status, off.body['disabled']]).toEqual([200, true]);
    expect(await items('/v1/grants')).toEqual([]);
    const refused = await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' });
    expect(refused.status).toBe(409);
    expect((await admin('PATCH', '/v1/users/mira', { disabled: false })).body['disabled']).toBe(
      false,
    );
  });

  it('get a new PIN, with or without an empty body', async () => {
    const { body } = await admin('POST', '/v1/users', { name: 'mira' });
    const reset = await admin('POST', '/v1/users/mira/pin');
    expect(reset.status).toBe(200);
    expect(reset.body).toMatchObject({ user: { name: 'mira' }, pin: expect.any(String) as string });
    expect(reset.body['pin']).not.toBe(body['pin']);
    expect((await admin('POST', '/v1/users/mira/pin', {})).status).toBe(200);
  });
});

describe('grants', () => {
  beforeEach(() => admin('POST', '/v1/users', { name: 'mira' }));

  it('are opened, shown and closed', async () => {
    const opened = await admin('POST', '/v1/grants', {
      user: 'mira',
      address: '203.0.113.7',
      seconds: 60,
    });
    expect(opened.status).toBe(201);
    expect(opened.headers.location).toBe('/v1/grants/1');
    const grant = {
      id: 1,
      userId: 1,
      userName: 'mira',
      address: '203.0.113.7',
      services: ['web'],
      openedAt: iso,
      expiresAt: '2025-06-01T12:01:00.000Z',
      callId: null,
      firstPacketAt: null,
      endedAt: null,
      end: null,
    };
    expect(opened.body).toEqual({ ...grant, packets: null });
    expect(await items('/v1/grants')).toEqual([{ ...grant, packets: 0 }]);
    expect((await admin('GET', '/v1/grants/1')).body).toEqual({ ...grant, packets: 0 });

    const closed = await admin('DELETE', '/v1/grants/1');
    expect([closed.status, closed.body]).toEqual([
      200,
      { ...grant, endedAt: iso, end: 'closed', packets: null },
    ]);
    expect((await admin('DELETE', '/v1/grants/1')).status).toBe(409);
    expect(await items('/v1/grants?state=active')).toEqual([]);
    expect(await items('/v1/grants?state=all')).toHaveLength(1);
    expect((await items('/v1/audit?kind=gate-closed'))[0]).toMatchObject({
      actor: 'token:ops',
      grantId: 1,
      userId: 1,
      address: '203.0.113.7',
      at: iso,
    });
  });

  it('are paged without gap or repetition, and `next` is null exactly at the end', async () => {
    for (let i = 0; i < 6; i += 1) {
      await admin('POST', '/v1/grants', {
        user: 'mira',
        address: `203.0.113.${i + 1}`,
        seconds: 9,
      });
      await admin('DELETE', `/v1/grants/${i + 1}`);
    }
    const seen: unknown[] = [];
    let next: unknown = '';
    for (let pages = 0; next !== null && pages < 10; pages += 1) {
      const on = next === '' ? '' : `&cursor=${next as string}`;
      const { body } = await admin('GET', `/v1/grants?state=all&limit=3${on}`);
      seen.push((body['items'] as { id: number }[]).map((grant) => grant.id));
      next = body['next'];
    }
    expect(seen).toEqual([
      [6, 5, 4],
      [3, 2, 1],
    ]);
  });
});

it.each([
  ['2001:DB8:0:0::7', '2001:db8::7'],
  ['2001:0db8:0:1::/64', '2001:db8:0:1::/64'],
])('an IPv6 address is read as %s and opened as %s', async (given, canonical) => {
  await admin('POST', '/v1/users', { name: 'mira' });
  const opened = await admin('POST', '/v1/grants', { user: 'mira', address: given });
  expect([opened.status, opened.body['address']]).toEqual([201, canonical]);
  const query = new URLSearchParams({ kind: 'gate-opened', address: given }).toString();
  expect(await items(`/v1/audit?${query}`)).toMatchObject([{ address: canonical }]);
});

const append = (rest: object): Promise<unknown> =>
  house.stores.audit.append({ at: 5, actor: 'system', kind: 'gate-healed', ...rest });

describe('the record', () => {
  it('shows calls', async () => {
    const { calls } = house.stores;
    const entry = { at: 1, actor: 'system', kind: 'call-began' } as const;
    const { id } = await calls.begin(
      {
        callerNumber: '555-0101',
        dialled: '100',
        attestation: 'B',
        callBackOf: null,
        beganAt: house.clock.now,
      },
      entry,
    );
    const call = {
      id,
      callerNumber: '555-0101',
      dialled: '100',
      attestation: 'B',
      callBackOf: null,
      beganAt: iso,
      endedAt: null,
      outcome: null,
      userId: null,
      step: 'greeting',
    };
    expect(await items('/v1/calls')).toEqual([call]);
    await calls.end(id, house.clock.now, 'abandoned', null, { ...entry, kind: 'call-ended' });
    expect(await items('/v1/calls')).toEqual([
      { ...call, endedAt: iso, outcome: 'abandoned', step: null },
    ]);
  });

  it('shows the calls that go on, and the step each is at', async () => {
    const { calls, audit } = house.stores;
    const begin = async (): Promise<number> => {
      const call = { dialled: '100', attestation: null, callBackOf: null, beganAt: 1 };
      const entry = { at: 1, actor: 'system', kind: 'call-began' } as const;
      return (await calls.begin({ ...call, callerNumber: null }, entry)).id;
    };
    const over = await begin();
    const callId = await begin();
    await calls.end(over, 2, 'refused', null, { at: 2, actor: 'system', kind: 'call-ended' });
    const steps: unknown[] = [];
    for (const kind of [
      'attempt-refused',
      'attempt-accepted',
      'code-used',
      'pairing-began',
      'pairing-ended',
      'gate-opened',
      'gate-used',
    ] as const) {
      await audit.append({ at: 1, actor: `call:${callId}`, kind, callId });
      const going = await items('/v1/calls?inProgress=true');
      expect(going).toMatchObject([{ id: callId, endedAt: null }]);
      steps.push((going[0] as { step: unknown }).step);
      expect((await admin('GET', `/v1/calls/${callId}`)).body['step']).toBe(steps.at(-1));
    }
    expect(steps).toEqual([
      'greeting',
      'identified',
      'identified',
      'pairing',
      'address',
      'open',
      'open',
    ]);
    expect((await admin('GET', '/v1/calls?inProgress=false')).status).toBe(400);
  });

  it('filters the audit log by each field', async () => {
    await append({ userId: 7, detail: { opened: 2 } });
    await append({ callId: 8 });
    await append({ address: '203.0.113.7' });
    expect(await items('/v1/audit?userId=7')).toMatchObject([{ userId: 7, detail: { opened: 2 } }]);
    expect(await items('/v1/audit?callId=8')).toMatchObject([{ callId: 8 }]);
    expect(await items('/v1/audit?address=203.0.113.7')).toMatchObject([
      { address: '203.0.113.7' },
    ]);
    const { body } = await admin('GET', '/v1/audit?kind=token-created&limit=2');
    expect(body['items']).toMatchObject([{ seq: 3 }, { seq: 2 }]);
    const on = `/v1/audit?kind=token-created&cursor=${body['next'] as string}`;
    expect(await items(on)).toMatchObject([{ seq: 1 }]);
  });
});

describe('tokens', () => {
  it('work from their making until they are revoked, and show their secret once', async () => {
    const made = await admin('POST', '/v1/tokens', { name: 'cron', role: 'auditor' });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/v1/tokens/cron');
    const { token, secret } = made.body as { token: object; secret: string };
    expect(token).toEqual({
      id: 4,
      name: 'cron',
      role: 'auditor',
      createdAt: iso,
      expiresAt: null,
      revokedAt: null,
    });
    const use = (): Promise<Answered> => ask(house.at, 'GET', '/v1/users', { token: secret });
    expect((await use()).status).toBe(200);
    const list = await admin('GET', '/v1/tokens');
    expect(list.text).not.toContain(secret);
    expect((await admin('GET', '/v1/tokens/cron')).body).toEqual(token);
    expect((await admin('DELETE', '/v1/tokens/cron')).body['revokedAt']).toBe(iso);
    expect((await use()).status).toBe(401);
    expect((await admin('DELETE', '/v1/tokens/cron')).status).toBe(409);
  });
});

describe('health', () => {
  it('is told in detail to those with a token, and as bare life to everybody', async () => {
    expect((await admin('GET', '/v1/health')).body).toEqual(well);
    const bare = await ask(house.at, 'GET', '/health');
    expect([bare.status, bare.text]).toEqual([200, '{"ok":true}']);
  });

  it('is 503 when a part is not well', async () => {
    const ill = {
      ...well,
      ok: false,
      parts: { ...well.parts, helper: { ok: false, why: 'It is not running.' } },
    };
    house = await openHouse({ rules: { health: () => Promise.resolve(ill) } });
    const answer = await admin('GET', '/v1/health');
    expect([answer.status, answer.body]).toEqual([503, ill]);
    expect((await ask(house.at, 'GET', '/health')).text).toBe('{"ok":true}');
  });
});

it.each<[AccessErrorCode, number]>([
  ['invalid', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['not-found', 404],
  ['conflict', 409],
  ['last-administrator', 409],
  ['key-in-use', 409],
  ['outcome-unknown', 409],
  ['precondition-failed', 412],
  ['key-reused', 422],
  ['too-many-requests', 429],
  ['too-many-open', 409],
  ['user-disabled', 409],
  ['user-changed', 409],
  ['address-refused', 422],
  ['internal', 500],
  ['call-failed', 502],
  ['firewall-refused', 502],
  ['firewall-unavailable', 503],
  ['speech-failed', 503],
  ['store-failed', 503],
])('an AccessError %s is a problem of status %i', async (code, status) => {
  const message = 'What happened, why, and what to do.';
  const cause = new Error('the inner cause');
  const rejects = (): Promise<never> => Promise.reject(new AccessError(code, message, { cause }));
  house = await openHouse({ rules: { closeGrant: rejects } });
  const answer = await ask(house.at, 'DELETE', '/v1/grants/1', {
    token: house.admin,
    undescribed: true,
  });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toEqual({
    type: `urn:dialgate:problem:${code}`,
    title: expect.any(String) as string,
    status,
    detail: message,
    instance: `urn:dialgate:request:${answer.headers['x-request-id'] as string}`,
  });
  // the cause is for the log, and only where it is ours to look into
  expect(house.logged().includes('the inner cause')).toBe(status >= 500);
});
