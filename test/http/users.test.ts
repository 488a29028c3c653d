import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStores } from '../fakes/stores.ts';
import { administrationOn } from './administration.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const change = (body: unknown): Promise<Answered> => admin('PATCH', '/v1/users/mira', body);
const onRecord = (kind: 'user-changed' | 'user-created' | 'user-disabled' | 'lockout-ended') =>
  house.stores.audit.list({ kind, limit: 10 });

const everything = {
  disabled: true,
  services: ['sip'],
  language: 'es',
  callerPolicy: 'call-back',
  numbers: ['+1 (555) 012-3456', '0555 0123'],
  leastAttestation: 'B',
  pairing: 'knock-code',
};
const settled = { ...everything, numbers: ['15550123456', '495550123'] };

describe('the settings of a user', () => {
  it('are all taken at creation, with numbers made one form, and put on record', async () => {
    const made = await admin('POST', '/v1/users', { name: 'mira', ...everything });
    expect([made.status, made.body['user']]).toEqual([201, expect.objectContaining(settled)]);
    expect((await admin('GET', '/v1/users/mira')).body).toMatchObject(settled);
    expect((await onRecord('user-created'))[0]?.detail).toEqual({
      name: 'mira',
      ...settled,
      services: 'sip',
      numbers: '15550123456 495550123',
    });
  });

  it('are all changed, each back to what is usual, too', async () => {
    await admin('POST', '/v1/users', { name: 'mira' });
    const changed = await change(everything);
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining(settled)]);
    const usual = {
      disabled: false,
      services: [],
      language: null,
      callerPolicy: 'any',
      numbers: [],
      leastAttestation: null,
      pairing: 'spoken-port',
    };
    expect((await change(usual)).body).toMatchObject(usual);
    expect((await onRecord('user-changed'))[0]).toMatchObject({
      actor: 'token:ops',
      userId: 1,
      detail: {
        name: 'mira',
        services: 'none',
        language: 'none',
        callerPolicy: 'any',
        numbers: 'none',
        leastAttestation: 'none',
        pairing: 'spoken-port',
      },
    });
  });

  it('include call-back only where somebody can be called', async () => {
    const rules = administrationOn({
      stores: createMemoryStores(),
      clock: { now: () => 0 },
      health: () => Promise.reject(new Error('not asked')),
      admission: () => undefined,
      callsBack: false,
    });
    await rules.addUser({ name: 'mira', numbers: ['+15550123'] }, 'cli:local');
    await expect(
      rules.changeUser('mira', { callerPolicy: 'call-back' }, 'cli:local'),
    ).rejects.toThrow(/phoned back.*call_back\.endpoint/);
    await rules.changeUser('mira', { callerPolicy: 'listed' }, 'cli:local');
  });

  it('are on record only where they differ, and not at all when nothing does', async () => {
    await admin('POST', '/v1/users', { name: 'mira', language: 'en', numbers: ['+15550123'] });
    await change({ language: 'es', numbers: ['+1 555 0123', '+15550123'], pairing: 'spoken-port' });
    expect((await onRecord('user-changed')).map((row) => row.detail)).toEqual([
      { name: 'mira', language: 'es' },
    ]);
    await change({ language: 'es', disabled: false });
    expect(await onRecord('user-changed')).toHaveLength(1);
  });

  it.each([
    [{ callerPolicy: 'listed' }, /"listed" need at least one telephone number/],
    [{ callerPolicy: 'call-back', numbers: [] }, /"call-back" need at least one/],
    [{ language: 'fr' }, /fr is not spoken here; there is en, es/],
    [{ numbers: ['+'.padEnd(20, '1')] }, /is not a telephone number; write it with its country/],
    [{ services: ['gopher'] }, /No such service: gopher\. The helper knows web, sip/],
    [{ disabled: true, language: 'fr' }, /fr is not spoken here/],
  ])('%j is refused in words, and nothing is changed', async (body, why) => {
    await admin('POST', '/v1/users', { name: 'mira' });
    const before = await house.stores.users.list();
    const refused = await change(body);
    expect([refused.status, refused.body['detail']]).toEqual([400, expect.stringMatching(why)]);
    const new_ = await admin('POST', '/v1/users', { name: 'otto', ...body });
    expect([new_.status, new_.body['detail']]).toEqual([400, expect.stringMatching(why)]);
    expect(await house.stores.users.list()).toEqual(before);
  });

  it('keep a number for as long as callers must come from one, whoever changes what first', async () => {
    await admin('POST', '/v1/users', { name: 'mira', numbers: ['+15550123'] });
    const both = await Promise.all([change({ numbers: [] }), change({ callerPolicy: 'listed' })]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 400]));
  });

  it('can be changed though the language is spoken no longer', async () => {
    await admin('POST', '/v1/users', { name: 'mira' });
    const entry = { at: 1, actor: 'system', kind: 'user-changed' } as const;
    await house.stores.users.change(1, { language: 'fr' }, entry);
    expect((await change({ pairing: 'knock-code' })).status).toBe(200);
  });

  it('close what is open when they disable, and only then', async () => {
    await admin('POST', '/v1/users', { name: 'mira' });
    await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' });
    const open = async (): Promise<number> => (await house.stores.grants.unended()).length;
    await change({ language: 'es', callerPolicy: 'listed', numbers: ['+15550123'] });
    expect(await open()).toBe(1);
    await change({ disabled: true, language: null });
    expect(await open()).toBe(0);
    expect(await onRecord('user-disabled')).toHaveLength(1);
  });
});

describe('a new knock code', () => {
  beforeEach(() => admin('POST', '/v1/users', { name: 'mira', knockCode: '233*245*478' }));

  it('takes the place of the old one, ends locks, and leaves open what is open', async () => {
    await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7' });
    const failures = { count: 9, lastAt: house.clock.now };
    await house.stores.lockouts.record(
      [
        { subject: 'user:1', failures },
        { subject: 'user:1/caller:15550123', failures },
        { subject: 'user:11', failures },
      ],
      [],
    );
    const made = await admin('POST', '/v1/users/mira/knock-code');
    expect(made.status).toBe(200);
    expect(made.body['knockCode']).toMatch(/^\d+\*\d+\*\d+$/);
    expect(made.body['knockCode']).not.toBe('233*245*478');
    expect(await house.stores.grants.unended()).toHaveLength(1);
    expect((await house.stores.lockouts.list()).map(({ subject }) => subject)).toEqual(['user:11']);
    // the old one is free for another
    const other = { name: 'otto', knockCode: '233*245*478' };
    expect((await admin('POST', '/v1/users', other)).status).toBe(201);
    const again = { name: 'anna', knockCode: made.body['knockCode'] };
    expect((await admin('POST', '/v1/users', again)).status).toBe(409);
  });

  it('is on record without itself', async () => {
    const made = await admin('POST', '/v1/users/mira/knock-code');
    const [row] = await house.stores.audit.list({ kind: 'knock-code-reset', limit: 1 });
    expect(row).toMatchObject({ actor: 'token:ops', userId: 1, detail: { name: 'mira' } });
    const later = await Promise.all(
      ['/v1/users', '/v1/users/mira', '/v1/audit', '/v1/lockouts'].map((path) =>
        admin('GET', path),
      ),
    );
    for (const { text } of later) expect(text).not.toContain(String(made.body['knockCode']));
  });
});

it.each([
  ['POST', 'knock-code'],
  ['POST', 'totp'],
  ['POST', 'sheet'],
  ['DELETE', 'second-factor'],
  ['DELETE', 'lockouts'],
])('%s %s of nobody is 404', async (method, what) => {
  expect((await admin(method, `/v1/users/nobody/${what}`)).status).toBe(404);
});
