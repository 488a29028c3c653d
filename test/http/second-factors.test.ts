import { TOTP, URI } from 'otpauth';
import { beforeEach, expect, it } from 'vitest';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await admin('POST', '/v1/users', { name: 'mira' });
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });

/** Everything that can be read afterwards. */
async function everythingRead(): Promise<string> {
  const paths = ['/v1/users', '/v1/users/mira', '/v1/audit', '/v1/calls', '/v1/status', '/metrics'];
  const answers = await Promise.all(paths.map((path) => admin('GET', path)));
  return answers.map(({ text }) => text).join('\n') + house.logged();
}

it('an authenticator is enrolled with a URI that authenticators read, shown once', async () => {
  const { status, body } = await admin('POST', '/v1/users/mira/totp');
  expect([status, body['user']]).toEqual([200, expect.objectContaining({ secondFactor: 'totp' })]);
  const read = URI.parse(String(body['uri']));
  expect(read).toBeInstanceOf(TOTP);
  expect(read).toMatchObject({ issuer: 'gate.example', label: 'mira', digits: 6, period: 30 });
  expect(read.secret.base32).toBe(body['secret']);
  const [row] = await house.stores.audit.list({ kind: 'second-factor-set', limit: 1 });
  expect(row).toMatchObject({ actor: 'token:ops', userId: 1, detail: { factor: 'totp' } });
  const secret = String(body['secret']);
  expect(await everythingRead()).not.toContain(secret);
  // and nothing that leads to it lies about in clear
  expect(JSON.stringify(await house.stores.users.secretsOf(1))).not.toContain(secret);
  expect((await admin('POST', '/v1/users/mira/totp')).body['secret']).not.toBe(secret);
});

it('a sheet has codes that differ, shown once', async () => {
  const { status, body } = await admin('POST', '/v1/users/mira/sheet');
  const codes = body['codes'] as string[];
  expect(status).toBe(200);
  expect(new Set(codes).size).toBe(20);
  for (const code of codes) expect(code).toMatch(/^[0-9]{8}$/);
  expect(body['user']).toMatchObject({ secondFactor: 'sheet', codesLeft: 20 });
  const read = await everythingRead();
  for (const code of codes) expect(read).not.toContain(code);
});

it('a second factor takes the place of another, and is taken away', async () => {
  await admin('POST', '/v1/users/mira/sheet');
  const totp = await admin('POST', '/v1/users/mira/totp');
  expect(totp.body['user']).toMatchObject({ secondFactor: 'totp', codesLeft: 0 });
  const removed = await admin('DELETE', '/v1/users/mira/second-factor');
  expect([removed.status, removed.body['secondFactor']]).toEqual([200, 'none']);
  expect((await house.stores.users.secretsOf(1))?.totp).toBeNull();
  expect(await house.stores.audit.list({ kind: 'second-factor-removed', limit: 9 })).toHaveLength(
    1,
  );
});
