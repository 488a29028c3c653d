import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { families, type Family } from '../../src/http/metrics/families.ts';
import { createMeters } from '../../src/http/metrics/meters.ts';
import { writeMetrics } from '../../src/http/metrics/text.ts';
import { busyMeters, readings } from '../fixtures/readings.ts';
import { ask, openHouse } from './workshop.ts';

const all = Object.entries<Family>(families);
const ofProcess = /^(?:process|nodejs)_/;

/** What the text says that there is: by name, its type and its samples. */
function read(text: string): Map<string, { type: string; samples: Map<string, number> }> {
  const found = new Map<string, { type: string; samples: Map<string, number> }>();
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== '') found.set(name, { type, samples: new Map() });
    const [, metric = '', labels = '', value = ''] =
      /^([a-z_:0-9]+)(\{.*\})? (\S+)$/i.exec(line) ?? [];
    const family = metric.replace(/_(?:bucket|sum|count)$/, '');
    (found.get(metric) ?? found.get(family))?.samples.set(metric + labels, Number(value));
  }
  return found;
}
const told = async (changes: Parameters<typeof readings>[0] = {}) =>
  read(await writeMetrics(await readings(changes), busyMeters()));
const samples = async (name: string, changes: Parameters<typeof readings>[0] = {}) =>
  Object.fromEntries((await told(changes)).get(name)?.samples ?? []);

it('every metric that is served is documented, and every documented one is served', async () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const documented = [...docs.matchAll(/^\| `(dialgate_\w+)` +\| (\w+) +\| ([^|]*)\|/gm)].map(
    ([, name, type, labels = '']) => ({ name, type, labels: labels.match(/\w+/g) ?? [] }),
  );
  const stated = all.map(([name, { type, labels = [] }]) => ({ name, type, labels: [...labels] }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
    (a.name ?? '') < (b.name ?? '') ? -1 : 1;
  expect(documented.toSorted(byName)).toEqual(stated.toSorted(byName));

  const served = [...(await told())].filter(([name]) => !ofProcess.test(name));
  expect(served.map(([name, { type }]) => `${name} ${type}`).toSorted()).toEqual(
    all.map(([name, { type }]) => `${name} ${type}`).toSorted(),
  );
  for (const [name, { samples: lines }] of served) expect([name, lines.size]).not.toContain(0);
});

it('the labels that are served are the documented ones, and hold words of our own alone', async () => {
  for (const [name, { samples: lines }] of await told()) {
    if (ofProcess.test(name)) continue;
    const { labels = [] } = families[name as keyof typeof families] as Family;
    for (const line of lines.keys()) {
      const those = [...line.matchAll(/[{,](\w+)="([^"]*)"/g)];
      const names = those.map(([, label]) => label).filter((label) => label !== 'le');
      expect({ line, names: new Set(names) }).toEqual({ line, names: new Set(labels) });
      for (const [, , value] of those) expect(value).toMatch(/^[A-Za-z0-9.+-]{1,40}$/);
    }
  }
});

it("names follow Prometheus' conventions", () => {
  for (const [name, { type, help, labels = [], buckets }] of all) {
    expect(name).toMatch(/^dialgate(?:_[a-z]+)+$/);
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    // base units, at the end, and nothing that the format adds by itself or that says the type
    expect(name).not.toMatch(/_(?:milliseconds|minutes|hours|kilobytes|percent|count|sum|bucket)$/);
    expect(name).not.toMatch(/(?:gauge|counter|histogram)/);
    if (/(?:duration|timestamp|age)_/.test(name)) expect(name).toMatch(/_seconds$/);
    if (/_(?:size|free)_/.test(name)) expect(name).toMatch(/_bytes$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    for (const label of labels) {
      expect(label).toMatch(/^[a-z]+$/);
      expect(['le', 'quantile', 'job', 'instance']).not.toContain(label);
      // neither who, nor from where, nor by which telephone
      expect(label).not.toMatch(/user|name|address|caller|number|ip|path|token/);
    }
    expect([name, buckets !== undefined]).toEqual([name, type === 'histogram']);
    expect(buckets ?? []).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
  }
});

it('tells the state of the house', async () => {
  const now = await told();
  const value = (line: string): number | undefined =>
    [...now.values()].find(({ samples: s }) => s.has(line))?.samples.get(line);
  for (const [line, number] of [
    ['dialgate_up{part="helper"}', 1],
    ['dialgate_ready', 1],
    ['dialgate_calls_in_progress', 3],
    ['dialgate_calls_refused_total{reason="flood"}', 40],
    ['dialgate_lockouts_active', 4],
    ['dialgate_open_grants', 2],
    ['dialgate_gate_warnings', 2],
    ['dialgate_guard_state{state="trial"}', 1],
    ['dialgate_guard_state{state="on"}', 0],
    ['dialgate_record_rows', 10],
    ['dialgate_record_unsealed_rows', 5],
    ['dialgate_record_suspect', 0],
    ['dialgate_record_checkpoint_timestamp_seconds', Date.UTC(2026, 0, 2, 3, 3, 5) / 1000],
    ['dialgate_database_free_bytes', 4096],
    ['dialgate_notifications_oldest_age_seconds', 90],
    ['dialgate_gate_open_duration_seconds_bucket{le="0.025"}', 1],
    ['dialgate_gate_open_duration_seconds_bucket{le="0.01"}', 0],
    ['dialgate_helper_unanswered_total{verb="list"}', 1],
    ['dialgate_reconciliation_failures_total{list="entries"}', 1],
    ['dialgate_reconciliation_failures_total{list="grants"}', 0],
    ['dialgate_http_requests_total{operation="readStatus",method="GET",status="2xx"}', 1],
    ['dialgate_event_listeners', 1],
  ] as const) {
    expect([line, value(line)]).toEqual([line, number]);
  }
});

it('what is not known has no line', async () => {
  const unknown = {
    openGrants: undefined,
    lockoutsActive: undefined,
    record: undefined,
    tallies: undefined,
    size: undefined,
    externalAddressKnown: undefined,
    checkpointAt: null,
    notifications: undefined,
  };
  const served = [...(await told(unknown)).keys()];
  for (const name of [
    'dialgate_open_grants',
    'dialgate_lockouts_active',
    'dialgate_record_rows',
    'dialgate_record_suspect',
    'dialgate_calls_total',
    'dialgate_database_size_bytes',
    'dialgate_external_address_known',
    'dialgate_record_checkpoint_timestamp_seconds',
    'dialgate_notifications_waiting',
  ]) {
    expect(served).not.toContain(name);
  }
  const { status } = await readings();
  const quiet = { ...status, admission: undefined, openAddresses: undefined, guard: undefined };
  const rest = [...(await told({ status: quiet })).keys()];
  for (const name of ['dialgate_calls_in_progress', 'dialgate_brake_on', 'dialgate_guard_state']) {
    expect(rest).not.toContain(name);
  }
  expect(
    await samples('dialgate_notifications_oldest_age_seconds', {
      notifications: { waiting: 0, failed: 0, oldestAt: null },
    }),
  ).toEqual({ dialgate_notifications_oldest_age_seconds: 0 });
});

it('a method that nobody knows and a path that is none make one series, not many', async () => {
  const meters = createMeters();
  const house = await openHouse({ meters });
  for (const path of ['/v1/users/mira', '/v1/users/otto', '/v1/nothing', '/else']) {
    await ask(house.at, 'GET', path, { token: house.auditor });
  }
  await ask(house.at, 'PROPFIND', '/else');
  await ask(house.at, 'PURGE', '/v1/users/mira', { token: house.auditor });
  const { text } = await ask(house.at, 'GET', '/metrics', { token: house.auditor });
  const lines = text.split('\n').filter((line) => line.startsWith('dialgate_http_requests_total'));
  expect(lines.map((line) => line.replace('dialgate_http_requests_total', '')).toSorted()).toEqual([
    '{operation="none",method="GET",status="4xx"} 2',
    '{operation="none",method="other",status="4xx"} 2',
    '{operation="readUser",method="GET",status="4xx"} 2',
  ]);
  expect(text).not.toMatch(/mira|otto/);
  expect(text).toMatch(/^dialgate_http_request_duration_seconds_count\{operation="readUser"\} 2$/m);
});

it('metrics are as they are now at each reading, at every door, and come whatever is broken', async () => {
  const house = await openHouse();
  const open = async (): Promise<string | undefined> =>
    /^dialgate_open_addresses .*$/m.exec(
      (await ask(house.at, 'GET', '/metrics', { token: house.auditor })).text,
    )?.[0];
  expect(await open()).toBe('dialgate_open_addresses 0');
  await house.rules.addUser({ name: 'mira' }, 'cli:local');
  await house.rules.openGrant({ user: 'mira', address: '2001:db8::7' }, 'cli:local');
  expect(await open()).toBe('dialgate_open_addresses 1');
  house.stores.grants.unended = () => Promise.reject(new Error('gone'));
  expect(await open()).toBeUndefined();
  const socket = await openHouse({ door: 'admin-socket' });
  const { status, headers } = await ask(socket.at, 'GET', '/metrics');
  expect([status, headers['content-type']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
});

it('metrics have no body where none is asked for, and no other method', async () => {
  const house = await openHouse();
  const token = house.auditor;
  const head = await ask(house.at, 'HEAD', '/metrics', { token });
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await ask(house.at, 'POST', '/metrics', { token })).status).toBe(405);
});
