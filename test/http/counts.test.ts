import { beforeEach, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
const noon = Date.UTC(2025, 5, 1, 12);

beforeEach(async () => {
  house = await openHouse();
  const { audit } = house.stores;
  for (const minute of [0, 1, 61]) {
    await audit.append({
      at: noon + minute * 60_000,
      actor: 'call:1',
      kind: 'attempt-refused',
      userId: 1 + (minute % 2),
      callId: 1,
      caller: minute === 61 ? 'withheld' : '15550101',
    });
  }
  await audit.append({
    at: noon + 30_000,
    actor: 'call:1',
    kind: 'gate-opened',
    userId: 1,
    callId: 1,
    address: '203.0.113.7' as Address,
  });
});

const span = 'from=2025-06-01T12:00:00Z&to=2025-06-01T14:00:00Z';
const get = (path: string, token = house.auditor): Promise<Answered> =>
  ask(house.at, 'GET', `/v1/audit/${path}`, { token });

it('counts what was asked for, in columns of time', async () => {
  const answer = await get(`counts?${span}&step=3600&kind=attempt-refused,gate-opened`);
  expect(answer.body).toEqual({
    items: [
      { at: '2025-06-01T12:00:00.000Z', counts: { 'attempt-refused': 2, 'gate-opened': 1 } },
      { at: '2025-06-01T13:00:00.000Z', counts: { 'attempt-refused': 1 } },
    ],
    complete: true,
    countedFrom: null,
  });
  const { body } = await get(`counts?${span}&step=7200&kind=attempt-refused&userId=2`);
  expect(body['items']).toEqual([
    { at: '2025-06-01T12:00:00.000Z', counts: { 'attempt-refused': 2 } },
  ]);
});

it.each([
  // rows of a call have its telephone
  ['caller=%2B1%20555%200101', 3],
  ['caller=withheld&userId=2', 1],
  ['actor=call:1', 4],
  ['actor=call:1&kind=gate-opened', 1],
  ['actor=token:ops', 0],
  ['callId=1', 4],
  ['callId=1&caller=15550101', 3],
  ['callId=2', 0],
  ['address=203.0.113.7', 1],
  ['address=203.0.113.7&kind=attempt-refused', 0],
])('counts with the filters of the list: %s', async (filter, count) => {
  const { body, status } = await get(`counts?${span}&step=7200&${filter}`);
  expect(status).toBe(200);
  const [column] = body['items'] as { counts: Record<string, number> }[];
  const counted = Object.values(column?.counts ?? {});
  expect(counted.reduce((sum, some) => sum + some, 0)).toBe(count);
  const listed = await ask(house.at, 'GET', `/v1/audit?${span}&${filter}`, {
    token: house.auditor,
  });
  expect((listed.body['items'] as unknown[]).length).toBe(count);
});

it('names the telephones that failed', async () => {
  expect((await get(`callers?${span}&limit=1`)).body).toEqual({
    items: [{ caller: '15550101', failures: 2, lastAt: '2025-06-01T12:01:00.000Z' }],
    complete: true,
    countedFrom: null,
  });
});

it('says where it did not count all', async () => {
  house = await openHouse({
    rules: {
      auditCounts: () => Promise.resolve({ columns: [], countedFrom: noon }),
      auditCallers: () => Promise.resolve({ callers: [], countedFrom: noon }),
    },
  });
  const incomplete = { items: [], complete: false, countedFrom: '2025-06-01T12:00:00.000Z' };
  expect((await get(`counts?${span}&step=60`)).body).toEqual(incomplete);
  expect((await get(`callers?${span}`)).body).toEqual(incomplete);
});

it.each([
  ['counts?step=60', ['from', 'to']],
  [`counts?${span}`, ['step']],
  [`counts?${span}&step=7`, ['step']],
  [`counts?${span}&step=60&address=nowhere`, ['address']],
  [`counts?${span}&step=60&actor=nobody`, ['actor']],
  [`counts?${span}&step=0`, ['step']],
  [`counts?${span}&step=60&kind=`, ['kind']],
  [`counts?${span}&step=60&kind=gate-opened,nonsense`, ['kind']],
  ['counts?from=2025-06-02T00:00:00Z&to=2025-06-01T00:00:00Z&step=60', ['to']],
  ['callers?from=2025-06-01T00:00:00Z&to=2025-06-01T00:00:00Z', ['to']],
  [`callers?${span}&limit=101`, ['limit']],
])('refuses %s', async (path, places) => {
  const answer = await get(path);
  expect(answer.status).toBe(400);
  expect((answer.body['errors'] as { at: string }[]).map(({ at }) => at)).toEqual(places);
});

it('is not for operators', async () => {
  for (const path of [`counts?${span}&step=60`, `callers?${span}`]) {
    expect((await get(path, house.operator)).status).toBe(403);
  }
});
