import { beforeEach, expect, it } from 'vitest';
import type { LockoutSubject } from '../../src/domain/ports.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await admin('POST', '/v1/users', { name: 'mira' });
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const failed = (subject: LockoutSubject, count: number): Promise<void> =>
  house.stores.lockouts.record([{ subject, failures: { count, lastAt: house.clock.now } }], []);
const subjects = async (): Promise<string[]> =>
  ((await admin('GET', '/v1/lockouts')).body['items'] as { subject: string }[])
    .map(({ subject }) => subject)
    .sort();

it('lockouts are listed with who, failures and until when', async () => {
  await failed('caller:15550123', 1);
  house.clock.now += 1000;
  await failed('user:1/caller:15550123', 3);
  expect((await admin('GET', '/v1/lockouts')).body).toEqual({
    items: [
      {
        subject: 'user:1/caller:15550123',
        userName: 'mira',
        failures: 3,
        lastAt: '2025-06-01T12:00:01.000Z',
        lockedUntil: '2025-06-01T12:01:01.000Z',
      },
      {
        subject: 'caller:15550123',
        userName: null,
        failures: 1,
        lastAt: '2025-06-01T12:00:00.000Z',
        lockedUntil: null,
      },
    ],
    next: null,
  });
});

it.each<LockoutSubject>([
  'caller:withheld',
  'user:1',
  'user:1/caller:15550123',
  'caller:%2F..%2F',
  "caller:'; DROP TABLE lockouts; --",
  'caller:\u001b[2J\n☎',
])('%j is ended, alone and on record', async (subject) => {
  await failed('caller:15550199', 4);
  await failed(subject, 4);
  const ended = await admin('DELETE', `/v1/lockouts/${encodeURIComponent(subject)}`);
  expect([ended.status, ended.body['subject']]).toEqual([200, subject]);
  expect(await subjects()).toEqual(['caller:15550199']);
  const [row] = await house.stores.audit.list({ kind: 'lockout-ended', limit: 1 });
  expect(row).toMatchObject({ actor: 'token:ops', detail: { subject } });
  const again = await admin('DELETE', `/v1/lockouts/${encodeURIComponent(subject)}`);
  expect(again.status).toBe(404);
});

it('all of a user’s are ended at once, and nobody else’s', async () => {
  await failed('user:1', 4);
  await failed('user:1/caller:15550123', 4);
  await failed('user:12', 4);
  await failed('caller:15550123', 4);
  expect((await admin('DELETE', '/v1/users/mira/lockouts')).body).toEqual({ ended: 2 });
  expect(await subjects()).toEqual(['caller:15550123', 'user:12']);
  expect((await admin('DELETE', '/v1/users/mira/lockouts')).body).toEqual({ ended: 0 });
});

it('a new PIN ends the user’s, on record', async () => {
  await failed('user:1/caller:15550123', 4);
  expect((await admin('POST', '/v1/users/mira/pin')).status).toBe(200);
  expect(await subjects()).toEqual([]);
  expect(await house.stores.audit.list({ kind: 'lockout-ended', limit: 9 })).toHaveLength(1);
});
