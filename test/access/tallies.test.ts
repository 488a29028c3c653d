import { expect, it } from 'vitest';
import { createTallies, type Tallied } from '../../src/access/tallies.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { createClockwork } from './clockwork.ts';

function workshop() {
  const { audit } = createMemoryStores();
  const clock = createClockwork();
  const tallies = createTallies({ audit, timer: clock.timer });
  const write = (kind: AuditEntry['kind'], detail?: AuditEntry['detail']) =>
    audit.append({ at: clock.now, actor: 'system', kind, detail });
  const of = async (name: Tallied) => Object.fromEntries((await tallies.counts())[name]);
  return { audit, clock, tallies, write, of };
}

it('counts what is put on record after its start, whoever writes it, and by what', async () => {
  const { tallies, write, of } = workshop();
  await write('gate-opened');
  await tallies.start();
  expect(await of('opened')).toEqual({ '': 0 });
  await write('gate-opened');
  await write('call-ended', { outcome: 'opened' });
  await write('call-ended', { outcome: 'abandoned' });
  await write('gate-expired');
  await write('attempt-refused', { reason: 'wrong-pin' });
  expect(await of('opened')).toEqual({ '': 1 });
  expect(await of('callsEnded')).toMatchObject({ opened: 1, abandoned: 1, failed: 0 });
  expect(await of('ended')).toEqual({ 'gate-closed': 0, 'gate-expired': 1, 'gate-renewed': 0 });
  expect(await of('refused')).toMatchObject({ 'wrong-pin': 1, 'unknown-code': 0 });
});

it('what was summed up counts as many as it was, and a word of nobody knows whom is another', async () => {
  const { tallies, write, of } = workshop();
  await tallies.start();
  await write('access-refused', { reason: 'bad-token', from: '203.0.113.7' });
  await write('access-refused', { reason: 'bad-token', count: 40, addresses: 2 });
  for (const reason of ['mira', 'otto']) await write('access-refused', { reason });
  expect(await of('requestsRefused')).toEqual({
    'no-token': 0,
    'bad-token': 41,
    expired: 0,
    forbidden: 0,
    other: 2,
  });
});

it('follows by itself, a look a second, and so has little to read when it is asked', async () => {
  const { audit, clock, tallies, write, of } = workshop();
  await tallies.start();
  let looks = 0;
  const { after } = audit;
  audit.after = (seq, limit) => (looks++, after(seq, limit));
  for (let rows = 0; rows < 2500; rows++) await write('gate-opened');
  await clock.pass(1);
  // 1000, 1000, 500
  expect(looks).toBe(3);
  expect(await of('opened')).toEqual({ '': 2500 });
  expect(looks).toBe(4);
});

it('what cannot be read now is counted later, once, and nothing after it was stopped', async () => {
  const { audit, tallies, write, of } = workshop();
  await tallies.start();
  const { after } = audit;
  audit.after = () => Promise.reject(new Error('busy'));
  await write('gate-opened');
  expect(await of('opened')).toEqual({ '': 0 });
  audit.after = after;
  const [one, other] = await Promise.all([of('opened'), of('opened')]);
  expect([one, other]).toEqual([{ '': 1 }, { '': 1 }]);
  tallies.stop();
  await write('gate-opened');
  expect(await of('opened')).toEqual({ '': 1 });
});
