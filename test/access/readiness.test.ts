import { expect, it } from 'vitest';
import { createReadiness, type Phase } from '../../src/access/readiness.ts';
import { createClockwork } from './clockwork.ts';

function workshop(health: () => Promise<{ ok: boolean }>) {
  const clock = createClockwork();
  const state: { phase: Phase | undefined } = { phase: 'serving' };
  const ready = createReadiness({ phase: () => state.phase, health, timer: clock.timer });
  return { clock, state, ready };
}
const well = () => Promise.resolve({ ok: true });

it('is ready while it serves and all parts are well, and only then', async () => {
  const { state, ready } = workshop(well);
  expect(await ready()).toBe(true);
  for (const phase of ['starting', 'stopping', undefined] as const) {
    state.phase = phase;
    expect(await ready()).toBe(false);
  }
  expect(await workshop(() => Promise.resolve({ ok: false })).ready()).toBe(false);
  expect(await workshop(() => Promise.reject(new Error('gone'))).ready()).toBe(false);
});

it('says no in bounded time where a part hangs, asks it once for all, and recovers', async () => {
  let asked = 0;
  let hangs = true;
  const { clock, ready } = workshop(() => {
    asked++;
    return hangs ? new Promise(() => undefined) : well();
  });
  const answers = Promise.all([ready(), ready(), ready()]);
  await clock.pass(3);
  expect(await answers).toEqual([false, false, false]);
  expect(asked).toBe(1);
  hangs = false;
  expect(await ready()).toBe(true);
});

it('a stop that begins while the parts are asked is heeded', async () => {
  const { state, ready } = workshop(well);
  const answer = ready();
  state.phase = 'stopping';
  expect(await answer).toBe(false);
});
