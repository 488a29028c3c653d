import { expect, test } from 'vitest';
import { createCallBacks } from '../../src/access/call-back.ts';
import { createCallLog } from '../../src/access/call-log.ts';
import type { UserStore } from '../../src/domain/ports.ts';
import { createDoor, knockCode, numberOf, quickSecrets } from './door.ts';

const first = numberOf('5550123');
const numbers = [first, numberOf('5550124')];

async function house(perHour: number | null = 3) {
  const door = createDoor({ secrets: quickSecrets });
  let steady = 0;
  const user = await door.addUser('traveller', knockCode('1*2*3'), { numbers });
  const other = await door.addUser('other', knockCode('1*2*4'), { numbers });
  const nobody = await door.addUser('unlisted', knockCode('1*2*5'));
  const callBacks = createCallBacks({
    users: door.stores.users,
    audit: door.stores.audit,
    clock: { now: () => door.now },
    steady: () => steady,
    perHour: perHour ?? undefined,
  });
  const rows = () => door.stores.audit.list({ limit: 50, userId: user.id });
  return { door, user, other, nobody, callBacks, rows, pass: (ms: number) => (steady += ms) };
}

test('the first number is called, and it is on record', async () => {
  const { callBacks, user, rows } = await house();
  expect(await callBacks.begin(user, 7)).toBe(first);
  expect((await rows())[0]).toMatchObject({
    kind: 'call-back-began',
    actor: 'call:7',
    callId: 7,
    detail: { number: first },
  });
});

test('where there is nothing to call by, nobody is called, and the record says why', async () => {
  const { callBacks, user, rows } = await house(null);
  expect(await callBacks.begin(user, 7)).toBeUndefined();
  expect((await rows())[0]).toMatchObject({
    kind: 'call-back-failed',
    detail: { why: 'no-endpoint' },
  });
});

test('so many an hour and user, whatever is done to the clock', async () => {
  const { callBacks, user, other, rows, pass, door } = await house();
  for (let i = 0; i < 3; i++) {
    expect(await callBacks.begin(user, i)).toBe(first);
    pass(1_000_000);
  }
  door.now += 7_200_000;
  expect(await callBacks.begin(user, 4)).toBeUndefined();
  expect((await rows())[0]).toMatchObject({
    kind: 'call-back-failed',
    detail: { why: 'too-often' },
  });
  expect(await callBacks.begin(other, 5)).toBe(first);
  pass(600_000);
  expect(await callBacks.begin(user, 6)).toBe(first);
  expect(await callBacks.begin(user, 7)).toBeUndefined();
});

test('at once no more than one after another', async () => {
  const { callBacks, user } = await house();
  const tried = await Promise.all(Array.from({ length: 10 }, (_, i) => callBacks.begin(user, i)));
  expect(tried.filter((number) => number !== undefined)).toHaveLength(3);
});

test('a limit of none calls nobody; a user without a number is not called', async () => {
  const none = await house(0);
  expect(await none.callBacks.begin(none.user, 1)).toBeUndefined();
  const { callBacks, nobody, door } = await house();
  expect(await callBacks.begin(nobody, 1)).toBeUndefined();
  const [row] = await door.stores.audit.list({ limit: 1 });
  expect(row).toMatchObject({ kind: 'call-back-failed', detail: { why: 'no-number' } });
});

const entry = { at: 1e12, actor: 'token:1', kind: 'user-changed' } as const;
const changes: [string, (users: UserStore, id: number) => Promise<unknown>, string][] = [
  ['is disabled', (users, id) => users.change(id, { disabled: true }, entry), 'disabled'],
  [
    'may phone from anywhere',
    (users, id) => users.change(id, { callerPolicy: 'any' }, entry),
    'user-changed',
  ],
  [
    'has another number',
    (users, id) => users.change(id, { numbers: [numberOf('5550125')] }, entry),
    'user-changed',
  ],
  ['has no number', (users, id) => users.change(id, { numbers: [] }, entry), 'user-changed'],
  ['has another PIN', (users, id) => users.setPin(id, 'another', entry), 'user-changed'],
];

test.each(changes)('a user who %s since the call is not phoned', async (_what, change, why) => {
  const { callBacks, user, rows, door } = await house();
  await change(door.stores.users, user.id);
  expect(await callBacks.begin(user, 7)).toBeUndefined();
  expect((await rows())[0]).toMatchObject({ kind: 'call-back-failed', callId: 7, detail: { why } });
  expect((await rows()).map(({ kind }) => kind)).not.toContain('call-back-began');
});

test.each(changes)('a user who %s by now is not phoned again', async (_what, change, why) => {
  const { callBacks, user, rows, door } = await house();
  expect(await callBacks.begin(user, 7)).toBe(first);
  await change(door.stores.users, user.id);
  expect(await callBacks.again(user, 7)).toBe(false);
  expect((await rows())[0]).toMatchObject({ kind: 'call-back-failed', callId: 7, detail: { why } });
});

test('what is refused for a change takes nothing from the hour', async () => {
  const { callBacks, user, door } = await house(1);
  const changed = await door.stores.users.change(user.id, { language: 'de' }, entry);
  expect(await callBacks.begin(user, 1)).toBeUndefined();
  expect(await callBacks.begin(changed, 2)).toBe(first);
});

test('a second dialling counts like the first, and is on record', async () => {
  const { callBacks, user, rows } = await house();
  expect(await callBacks.begin(user, 1)).toBe(first);
  expect(await callBacks.again(user, 1)).toBe(true);
  expect((await rows())[0]).toMatchObject({ kind: 'call-back-began', detail: { number: first } });
  expect(await callBacks.begin(user, 2)).toBe(first);
  expect(await callBacks.again(user, 2)).toBe(false);
  expect((await rows())[0]).toMatchObject({ detail: { why: 'too-often' } });
});

test('a call back that fails is on record with why', async () => {
  const { callBacks, user, rows } = await house();
  await callBacks.failed(user, 9, 'not-answered');
  expect((await rows())[0]).toMatchObject({
    kind: 'call-back-failed',
    callId: 9,
    detail: { why: 'not-answered' },
  });
});

test('the call log keeps what a call came with, and which one it answers', async () => {
  const { door } = await house();
  const log = createCallLog(
    door.stores,
    { now: () => door.now },
    { international: '00', trunk: '', country: '' },
  );
  const call = await log.began({ callerNumber: null, dialled: '100', attestation: 'A' });
  const back = await log.began({
    callerNumber: '5550123',
    dialled: '100',
    attestation: null,
    callBackOf: call.id,
  });
  expect(back).toMatchObject({ attestation: null, callBackOf: call.id });
  expect(call).toMatchObject({ attestation: 'A', callBackOf: null });
  const rows = await door.stores.audit.list({ kind: 'call-began', limit: 2 });
  expect(rows.map(({ detail }) => detail)).toEqual([
    { caller: '5550123', dialled: '100', callBackOf: call.id },
    { caller: 'withheld', dialled: '100', attestation: 'A' },
  ]);
});
