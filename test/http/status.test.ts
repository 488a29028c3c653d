import { expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { unresolved } from '../../src/domain/entry.ts';
import { ask, openHouse, well, type Answered, type House } from './workshop.ts';

const admission = {
  inProgress: 3,
  refused: {
    'too-many-calls': 1,
    'too-many-from-caller': 0,
    'too-often': 2,
    flood: 40,
    brake: 0,
  },
  braking: false,
  failures: 7,
};
const ill = {
  ...well,
  ok: false,
  parts: { ...well.parts, helper: { ok: false, why: 'It is not running.' } },
};

const read = (house: House, path: string): Promise<Answered> =>
  ask(house.at, 'GET', path, { token: house.auditor });

async function furnished(): Promise<House> {
  const house = await openHouse({ admission });
  for (const name of ['mira', 'otto']) {
    await house.rules.addUser({ name }, 'cli:local');
    // one address for both
    await house.rules.openGrant({ user: name, address: '2001:db8::7' }, 'cli:local');
  }
  await house.rules.addEntry({ label: 'carrier', target: 'sip.example.net' }, 'cli:local');
  const failing = { ...unresolved, failingSince: house.clock.now, failure: 'nobody answers' };
  await house.stores.entries.resolved(1, failing, undefined);
  return house;
}

it('the status tells parts, calls, brake and addresses', async () => {
  expect((await read(await furnished(), '/v1/status')).body).toEqual({
    ok: true,
    version: '0.1.0',
    parts: well.parts,
    calls: { inProgress: 3, refused: admission.refused },
    brake: { on: false, failures: 7 },
    openAddresses: 1,
    standing: { entries: 1, failing: 1 },
    guard: null,
    warnings: ['This is a dry run: nothing is opened in any firewall.'],
  });
});

it('the status is not ok when a part is ill or the brake is on, and comes all the same', async () => {
  const sick = await openHouse({ rules: { status: async () => statusOf(ill) } });
  expect((await read(sick, '/v1/status')).body).toMatchObject({
    ok: false,
    parts: ill.parts,
    calls: null,
    brake: null,
    openAddresses: null,
    standing: null,
    warnings: ['The guard is off.'],
  });
  const braked = await openHouse({ admission: { ...admission, braking: true } });
  expect((await read(braked, '/v1/status')).body).toMatchObject({ ok: false, brake: { on: true } });
});

const statusOf = (health: typeof well) => ({
  health,
  admission: undefined,
  openAddresses: undefined,
  standing: undefined,
  warnings: ['The guard is off.'],
});

it('the status comes when the database does not answer', async () => {
  const house = await openHouse();
  house.stores.grants.unended = () => Promise.reject(new AccessError('store-failed', 'Gone.'));
  const { status, body } = await read(house, '/v1/status');
  expect([status, body['openAddresses']]).toEqual([200, null]);
});

it('liveness and readiness are open to all, tell by the status, and no more', async () => {
  const says = async (path: string, rules: Partial<House['rules']>): Promise<unknown[]> => {
    const { status, body } = await ask((await openHouse({ rules })).at, 'GET', path);
    return [status, body];
  };
  const yes = () => Promise.resolve(true);
  const no = () => Promise.resolve(false);
  expect(await says('/livez', { alive: yes })).toEqual([200, { ok: true }]);
  expect(await says('/livez', { alive: no })).toEqual([503, { ok: false }]);
  expect(await says('/readyz', { ready: yes })).toEqual([200, { ok: true }]);
  expect(await says('/readyz', { ready: no })).toEqual([503, { ok: false }]);
});

it('lives as long as the database answers, and is not ready where no server runs', async () => {
  const house = await openHouse();
  expect((await ask(house.at, 'GET', '/livez')).status).toBe(200);
  expect((await ask(house.at, 'GET', '/readyz')).status).toBe(503);
  house.stores.audit.ends = () => Promise.reject(new AccessError('store-failed', 'Gone.'));
  expect((await ask(house.at, 'GET', '/livez')).status).toBe(503);
});
