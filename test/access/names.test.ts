import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchNames, type NameWatch } from '../../src/access/standing/name-watch.ts';
import type { Address } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import type { Entry, Resolution } from '../../src/domain/entry.ts';
import type { NameAnswer, Stores } from '../../src/domain/ports.ts';
import { answer, createFakeNames, failure, type FakeNames } from '../fakes/names.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { createClockwork, type Clockwork } from './clockwork.ts';

const day = 86_400;
/** Public ones, as the rules want them. */
const [one, two, six] = ['8.8.4.4', '8.8.8.8', '2a00:1450::7'] as const;
const carrier = 'sip.example.net';

let clock: Clockwork;
let stores: Stores;
let names: FakeNames;
let watch: NameWatch;
let noted: AuditEntry[];
let changes: number;
let said: string[];

beforeEach(() => {
  clock = createClockwork();
  stores = createMemoryStores();
  names = createFakeNames();
  noted = [];
  changes = 0;
  said = [];
});
afterEach(() => watch.stop());

const start = (atOnce?: number): void => {
  watch = watchNames({
    entries: stores.entries,
    names,
    clock: { now: () => clock.now },
    timer: clock.timer,
    addresses: () => ({ own: ['8.8.4.9' as Address], alsoAllowed: [] }),
    grace: day,
    changed: () => changes++,
    noted: (entry) => noted.push(entry),
    log: (message) => said.push(message),
    ...(atOnce !== undefined && { atOnce }),
  });
};

const add = (name: string): Promise<Entry> =>
  stores.entries.add(
    {
      label: name,
      target: { kind: 'name', name },
      services: [],
      expiresAt: null,
      note: '',
      source: 'administrator',
      createdAt: clock.now,
    },
    { at: clock.now, actor: 'system', kind: 'entry-added' },
  );

async function watched(first: NameAnswer | undefined, name = carrier): Promise<Entry> {
  if (first) names.answers.set(name, first);
  const entry = await add(name);
  start();
  await clock.pass(0);
  return entry;
}

const means = ({ id }: Entry): Promise<Resolution> => stores.entries.resolutionOf(id);
const kinds = (): string[] => noted.map(({ kind }) => kind);
const timesAsked = (name = carrier): number => names.asked.filter((n) => n === name).length;

describe('a name', () => {
  it('is looked up at once, and what it means is put on record', async () => {
    const entry = await watched(answer([six, one]));
    expect(await means(entry)).toEqual({
      addresses: [six, one],
      resolvedAt: clock.now,
      changedAt: clock.now,
      failingSince: null,
      failure: null,
      unanswered: [],
    });
    expect(changes).toBe(1);
    expect(await stores.audit.list({ limit: 1 })).toMatchObject([
      {
        kind: 'name-changed',
        actor: 'system',
        detail: { label: carrier, name: carrier, addresses: `${six} ${one}`, before: 'none' },
      },
    ]);
    expect(noted).toHaveLength(1);
  });

  it.each([
    ['its TTL', 90, 90],
    ['ten minutes where its TTL is longer', 3600, 600],
    ['half a minute where its TTL is shorter', 0, 30],
  ])('is looked up again after %s', async (_what, ttl, wait) => {
    await watched(answer([one], ttl));
    await clock.pass(wait - 1);
    expect(timesAsked()).toBe(1);
    await clock.pass(2);
    expect(timesAsked()).toBe(2);
  });

  it('that means the same writes nothing but the time', async () => {
    const entry = await watched(answer([one, two]));
    const since = clock.now;
    names.answers.set(carrier, answer([two, one]));
    await clock.pass(301);
    expect(await means(entry)).toMatchObject({ changedAt: since, resolvedAt: since + 300_000 });
    expect([changes, noted.length]).toEqual([1, 1]);
  });

  it('that means others says so, and from what', async () => {
    const entry = await watched(answer([one]));
    names.answers.set(carrier, answer([two]));
    await clock.pass(301);
    expect((await means(entry)).addresses).toEqual([two]);
    expect(noted.at(-1)?.detail).toMatchObject({ addresses: two, before: one });
    expect(changes).toBe(2);
  });

  it('is dropped when its entry is removed, and taken up when it is new', async () => {
    const entry = await watched(answer([one]));
    await stores.entries.remove(entry.id, { at: 0, actor: 'system', kind: 'entry-removed' });
    names.answers.set('new.example.net', answer([two]));
    const added = await add('new.example.net');
    watch.refresh();
    await clock.pass(1000);
    expect(timesAsked()).toBe(1);
    expect((await means(added)).addresses).toEqual([two]);
  });

  it('is looked up no more once stopped, and what comes late is not written', async () => {
    let late: (answer: NameAnswer) => void = () => undefined;
    names.resolve = (name) => {
      names.asked.push(name);
      return new Promise((resolve) => (late = resolve));
    };
    const entry = await watched(undefined);
    watch.stop();
    late(answer([one]));
    await clock.pass(10_000);
    expect((await means(entry)).addresses).toEqual([]);
    expect(timesAsked()).toBe(1);
  });
});

const brokenSix: NameAnswer = {
  ...answer([one], 60),
  failures: [{ family: 6, reason: 'broken' }],
};

describe('a name that fails', () => {
  it('keeps its addresses for the grace time, alarms once, and recovers', async () => {
    const entry = await watched(answer([one]));
    names.answers.delete(carrier);
    await clock.pass(301);
    const since = clock.now - 1000;
    expect(await means(entry)).toMatchObject({
      addresses: [one],
      failingSince: since,
      failure: 'there is no such name',
    });
    await clock.pass(day - 700);
    expect((await means(entry)).addresses).toEqual([one]);
    expect(kinds()).toEqual(['name-changed', 'name-failing']);
    expect(noted.at(-1)?.detail).toMatchObject({ reason: 'there is no such name', addresses: one });
    names.answers.set(carrier, answer([one, two]));
    await clock.pass(601);
    expect(await means(entry)).toMatchObject({ addresses: [one, two], failingSince: null });
    expect(kinds().slice(2)).toEqual(['name-recovered']);
    expect(noted.at(-1)?.detail).toMatchObject({ before: one });
  });

  it('means nothing once the grace time is over, and says so', async () => {
    const entry = await watched(answer([one]));
    names.answers.set(carrier, failure('the DNS server failed (SERVFAIL)'));
    await clock.pass(day + 2000);
    expect(await means(entry)).toMatchObject({ addresses: [], resolvedAt: expect.any(Number) });
    expect(kinds()).toEqual(['name-changed', 'name-failing', 'name-changed']);
    expect(noted.at(-1)?.detail).toMatchObject({ addresses: 'none', before: one });
    expect(changes).toBe(2);
  });

  it('has no more grace because it first failed by a clock that was set back since', async () => {
    const entry = await watched(answer([one]));
    names.answers.delete(carrier);
    await clock.pass(301);
    const { failingSince } = await means(entry);
    await stores.entries.resolved(
      entry.id,
      { ...(await means(entry)), failingSince: (failingSince ?? 0) + 100 * day * 1000 },
      undefined,
    );
    await clock.pass(day + 2000);
    expect(await means(entry)).toMatchObject({ addresses: [] });
  });

  it('is asked for more and more seldom, but every ten minutes at least', async () => {
    await watched(undefined);
    await clock.pass(3600);
    expect(timesAsked()).toBeGreaterThan(8);
    expect(timesAsked()).toBeLessThan(14);
    const before = timesAsked();
    await clock.pass(6000);
    expect(timesAsked() - before).toBe(10);
  });

  it('that never meant anything means nothing', async () => {
    const entry = await watched(undefined);
    expect(await means(entry)).toMatchObject({ addresses: [], resolvedAt: null, changedAt: null });
    expect([kinds(), changes]).toEqual([['name-failing'], 0]);
  });

  it('keeps what it meant before a restart', async () => {
    const entry = await watched(answer([one]));
    watch.stop();
    names.answers.delete(carrier);
    await clock.pass(7 * day);
    start();
    await clock.pass(day - 100);
    expect((await means(entry)).addresses).toEqual([one]);
    await clock.pass(700);
    expect((await means(entry)).addresses).toEqual([]);
  });

  it('in one family keeps those of it for a while, and takes the others', async () => {
    const entry = await watched(answer([one, six]));
    names.answers.set(carrier, { ...answer([two]), failures: [{ family: 6, reason: 'broken' }] });
    await clock.pass(301);
    expect(await means(entry)).toMatchObject({ addresses: [six, two], failure: 'IPv6: broken' });
    expect(kinds()).toEqual(['name-changed', 'name-failing']);
    await clock.pass(day);
    expect((await means(entry)).addresses).toEqual([two]);
  });

  it('recovers when one family answers and the other, which it never had, goes on failing', async () => {
    const entry = await watched(brokenSix);
    names.answers.delete(carrier);
    await clock.pass(3600);
    names.answers.set(carrier, brokenSix);
    await clock.pass(601);
    expect(await means(entry)).toMatchObject({ addresses: [one], failingSince: null });
    expect(kinds()).toEqual(['name-changed', 'name-failing', 'name-recovered']);
    const before = timesAsked();
    await clock.pass(3600);
    expect(timesAsked() - before).toBe(60);
    // as long after as may be, it has all of the grace time
    await clock.pass(2 * day);
    names.answers.delete(carrier);
    await clock.pass(day - 700);
    expect((await means(entry)).addresses).toEqual([one]);
  });

  it('has the grace time for one family, however long the other has failed', async () => {
    const entry = await watched(answer([one, six], 60));
    names.answers.set(carrier, brokenSix);
    await clock.pass(61);
    const since = clock.now - 1000;
    const before = timesAsked();
    await clock.pass(3600);
    expect(timesAsked() - before).toBe(60);
    await clock.pass(3 * day);
    // it is not well: it has lost what it meant there
    expect(await means(entry)).toMatchObject({
      addresses: [one],
      failingSince: since,
      failure: 'IPv6: broken',
    });
    names.answers.delete(carrier);
    await clock.pass(60);
    expect((await means(entry)).addresses).toEqual([one]);
    // that the rest of it fails too is an alarm of its own
    expect(kinds()).toEqual(['name-changed', 'name-failing', 'name-changed', 'name-failing']);
    await clock.pass(day - 100);
    expect((await means(entry)).addresses).toEqual([one]);
    await clock.pass(200);
    expect((await means(entry)).addresses).toEqual([]);
    names.answers.set(carrier, answer([one, six], 60));
    await clock.pass(31);
    expect(await means(entry)).toMatchObject({ addresses: [six, one], failingSince: null });
    expect(kinds().slice(4)).toEqual(['name-changed', 'name-recovered']);
  });

  it('loses none of the grace time while nobody looks', async () => {
    const entry = await watched(answer([one]));
    names.answers.delete(carrier);
    await clock.pass(3600);
    const { failingSince } = await means(entry);
    watch.stop();
    await clock.pass(2 * day);
    start();
    await clock.pass(day - 3600 - 700);
    expect(await means(entry)).toMatchObject({ addresses: [one], failingSince });
    await clock.pass(1400);
    expect((await means(entry)).addresses).toEqual([]);
  });

  it('has no more grace because we are started again and again', async () => {
    const entry = await watched(answer([one]));
    names.answers.delete(carrier);
    await clock.pass(301);
    for (let time = 0; time < day / 500 + 2; time++) {
      watch.stop();
      await clock.pass(500);
      start();
      await clock.pass(0);
    }
    expect((await means(entry)).addresses).toEqual([]);
  });

  it('has its grace time where an older release put on record that it fails', async () => {
    const entry = await watched(answer([one]));
    const old = { failingSince: clock.now - 3 * day * 1000, failure: 'there is no such name' };
    await stores.entries.resolved(entry.id, { ...(await means(entry)), ...old }, undefined);
    names.answers.delete(carrier);
    await clock.pass(301);
    expect(await means(entry)).toMatchObject({ addresses: [one], failingSince: old.failingSince });
    expect(kinds()).toEqual(['name-changed']);
  });

  it('is asked for every half minute once it has lost its addresses', async () => {
    const entry = await watched(answer([one]));
    names.answers.delete(carrier);
    await clock.pass(day + 1000);
    expect((await means(entry)).addresses).toEqual([]);
    const before = timesAsked();
    await clock.pass(3600);
    expect(timesAsked() - before).toBe(120);
  });

  it('in a family that it never had is well', async () => {
    const entry = await watched({ ...answer([one]), failures: [{ family: 6, reason: 'broken' }] });
    expect(await means(entry)).toMatchObject({ addresses: [one], failingSince: null });
    expect(kinds()).toEqual(['name-changed']);
  });

  it('affects no other, and holds nobody up', async () => {
    const others = Array.from({ length: 30 }, (_, n) => `n${n}.example.net`);
    for (const name of others) {
      names.answers.set(name, answer([one], 60));
      await add(name);
    }
    const { resolve } = names;
    names.resolve = (name) =>
      name === carrier ? new Promise(() => undefined) : resolve.call(names, name);
    await add(carrier);
    start(2);
    await clock.pass(61);
    for (const name of others) expect(timesAsked(name)).toBe(2);
  });
});

describe('an answer', () => {
  it('that may not be let in is left out, with an alarm', async () => {
    const entry = await watched(answer([one, '10.0.0.1', '127.0.0.1', '8.8.4.9', 'fe80::1']));
    expect(await means(entry)).toMatchObject({
      addresses: [one],
      failure:
        'left out 10.0.0.1 (private), 127.0.0.1 (impossible), 8.8.4.9 (own), fe80::1 (private)',
    });
    expect(noted).toMatchObject([
      {
        kind: 'name-changed',
        detail: { addresses: one, reason: expect.stringMatching(/^left out/) },
      },
    ]);
    await clock.pass(3000);
    expect(noted).toHaveLength(1);
  });

  it('that has nothing else is a failure: what the name meant is kept', async () => {
    const entry = await watched(answer([one]));
    names.answers.set(carrier, answer(['192.168.1.1']));
    await clock.pass(301);
    expect(await means(entry)).toMatchObject({
      addresses: [one],
      failure: 'left out 192.168.1.1 (private)',
      failingSince: expect.any(Number),
    });
    expect(kinds()).toEqual(['name-changed', 'name-failing']);
  });

  it('has 64 addresses at most', async () => {
    const all = Array.from({ length: 100 }, (_, n) => `8.8.4.${n + 100}`);
    const entry = await watched(answer(all));
    expect(await means(entry)).toMatchObject({
      addresses: all.slice(0, 64),
      failure: 'left out 36 addresses over 64',
    });
  });
});

it('judges no more of an answer than it may need, however long it is', async () => {
  const all = Array.from({ length: 4000 }, (_, n) => `8.8.${n >> 8}.${n & 255}`);
  const began = performance.now();
  const entry = await watched(answer(all));
  expect(performance.now() - began).toBeLessThan(500);
  expect((await means(entry)).addresses).toHaveLength(64);
  expect((await means(entry)).failure).toMatch(/left out \d+ addresses over 64/);
});

it('takes up a name that is added just as it has read which there are', async () => {
  names.answers.set(carrier, answer([one]));
  const { all } = stores.entries;
  start();
  await clock.pass(0);
  // the news may come at any turn of the reading's end
  for (let turns = 0; turns < 12; turns++) {
    const name = `n${turns}.example.net`;
    names.answers.set(name, answer([two]));
    const before = await all('name');
    await add(name);
    stores.entries.all = async () => before;
    watch.refresh();
    stores.entries.all = all;
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    watch.refresh();
    await clock.pass(0);
    expect([turns, timesAsked(name)]).toEqual([turns, 1]);
  }
});

it('says nothing of a name whose entry is removed while it is looked up', async () => {
  let late: (answer: NameAnswer) => void = () => undefined;
  names.resolve = () => new Promise((resolve) => (late = resolve));
  const entry = await watched(undefined);
  await stores.entries.remove(entry.id, { at: 0, actor: 'system', kind: 'entry-removed' });
  late(answer([one]));
  await clock.pass(1000);
  expect([said, noted, changes]).toEqual([[], [], 0]);
});

it('looks up no more at once than it may', async () => {
  let [now, most] = [0, 0];
  names.resolve = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return answer([one]);
  };
  for (let n = 0; n < 40; n++) await add(`n${n}.example.net`);
  start();
  for (let turn = 0; turn < 20; turn++) await clock.pass(0);
  expect(most).toBe(8);
  const meant = await stores.entries.targetsAt(clock.now);
  expect(meant.flatMap(({ targets }) => targets)).toHaveLength(40);
});

it('tries again when the store fails, and says so', async () => {
  names.answers.set(carrier, answer([one]));
  const entry = await add(carrier);
  const { all, resolved } = stores.entries;
  stores.entries.all = () => Promise.reject(new Error('disk'));
  stores.entries.resolved = () => Promise.reject(new Error('disk'));
  start();
  await clock.pass(5);
  stores.entries.all = all;
  await clock.pass(10);
  expect(said).toHaveLength(2);
  stores.entries.resolved = resolved;
  await clock.pass(31);
  expect((await means(entry)).addresses).toEqual([one]);
});
