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

/** The lines about a metric, without the comments. */
const lines = (text: string, metric: string): string[] =>
  text.split('\n').filter((line) => new RegExp(`^${metric}[ {]`).test(line));

it('the status tells parts, calls, brake and addresses', async () => {
  expect((await read(await furnished(), '/v1/status')).body).toEqual({
    ok: true,
    version: '0.1.0',
    parts: well.parts,
    calls: { inProgress: 3, refused: admission.refused },
    brake: { on: false, failures: 7 },
    openAddresses: 1,
    standing: { entries: 1, failing: 1 },
    warnings: [],
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

it('metrics are told in the text format of Prometheus', async () => {
  const { status, headers, text } = await read(await furnished(), '/metrics');
  expect([status, headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  expect(lines(text, 'dialgate_[a-z_]+')).toEqual([
    'dialgate_up{part="asterisk"} 1',
    'dialgate_up{part="helper"} 1',
    'dialgate_up{part="database"} 1',
    'dialgate_open_addresses 1',
    'dialgate_standing_entries 1',
    'dialgate_names_failing 1',
    'dialgate_calls_in_progress 3',
    'dialgate_brake_on 0',
    'dialgate_failures_total 7',
    'dialgate_calls_refused_total{reason="too-many-calls"} 1',
    'dialgate_calls_refused_total{reason="too-many-from-caller"} 0',
    'dialgate_calls_refused_total{reason="too-often"} 2',
    'dialgate_calls_refused_total{reason="flood"} 40',
    'dialgate_calls_refused_total{reason="brake"} 0',
  ]);
  for (const metric of ['process_cpu_user_seconds_total', 'process_resident_memory_bytes']) {
    expect(lines(text, metric)).toHaveLength(1);
  }
  expect(text).toMatch(/^# TYPE dialgate_calls_refused_total counter$/m);
});

it('metrics are as they are now at each reading, and again at another door', async () => {
  const house = await furnished();
  await read(house, '/metrics');
  await house.rules.changeUser('mira', { disabled: true }, 'cli:local');
  await house.rules.changeUser('otto', { disabled: true }, 'cli:local');
  const { text } = await read(house, '/metrics');
  expect(lines(text, 'dialgate_open_addresses')).toEqual(['dialgate_open_addresses 0']);
  const socket = await openHouse({ door: 'admin-socket' });
  expect((await ask(socket.at, 'GET', '/metrics')).status).toBe(200);
});

it('metrics leave out what nobody knows, and show what is ill', async () => {
  const house = await openHouse({ rules: { status: async () => statusOf(ill) } });
  const { text } = await read(house, '/metrics');
  expect(lines(text, 'dialgate_[a-z_]+')).toEqual([
    'dialgate_up{part="asterisk"} 1',
    'dialgate_up{part="helper"} 0',
    'dialgate_up{part="database"} 1',
  ]);
});

it('metrics have no body where none is asked for, and no other method', async () => {
  const house = await openHouse();
  const token = house.auditor;
  const head = await ask(house.at, 'HEAD', '/metrics', { token });
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await ask(house.at, 'POST', '/metrics', { token })).status).toBe(405);
});
