import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { takeCall } from '../../src/ivr/take-call.ts';
import { ScriptedLine } from '../fakes/line.ts';
import { answering, good, here, house, inside, ownNumber } from './house.ts';

/** We stop while somebody is on the line. */

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whoever is asked this is told so in that very moment. */
async function leavingAt(question: string, answers: Parameters<typeof answering>[0] = inside) {
  const leaving = new AbortController();
  const it = await house({ parts: { leaving: leaving.signal } });
  const answer = answering(answers);
  const began = Date.now();
  const { line, call } = await it.phone((prompt, caller, heard) => {
    if (prompt === question) leaving.abort();
    answer(prompt, caller, heard);
  });
  return { it, line, call, seconds: (Date.now() - began) / 1000 };
}

test('who is being asked is told at once, and is on record as interrupted', async () => {
  const { line, call, it } = await leavingAt('pin', { 'knock-code': '233*245*478#' });
  expect(line.said).toEqual(['welcome', 'knock-code', 'pin', 'unavailable']);
  expect(line.said.at(-1)).toBe('unavailable');
  expect(line.cutShort).toContain('pin');
  expect(line.ended.aborted).toBe(true);
  expect(call?.outcome).toBe('interrupted');
  expect(it.faults).toEqual([]);
});

test('who has begun an answer is not waited for', async () => {
  const { line, seconds } = await leavingAt('pin', { 'knock-code': '233*245*478#', pin: '47' });
  expect(line.said.at(-1)).toBe('unavailable');
  expect(seconds).toBeLessThan(30);
});

test('who has confirmed gets in all the same, hears so, and is said goodbye to', async () => {
  const { line, call, it } = await leavingAt('read-back');
  expect(await it.open()).toEqual([here]);
  expect(line.said).toContain('opened');
  expect(line.cutShort).not.toContain('opened');
  expect(line.said).not.toContain('menu');
  expect(line.said.at(-1)).toBe('goodbye');
  expect(call?.outcome).toBe('opened');
});

test('a commit under way runs to its end though we stop in it', async () => {
  const leaving = new AbortController();
  const it = await house({ parts: { leaving: leaving.signal } });
  const { open } = it.firewall;
  vi.spyOn(it.firewall, 'open').mockImplementation(async (opening) => {
    leaving.abort();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await open.call(it.firewall, opening);
  });
  const { line, call } = await it.phone(answering(inside));
  expect(line.said.slice(-2)).not.toContain('menu');
  expect(line.said).toContain('opened');
  expect(await it.open()).toEqual([here]);
  expect(call?.outcome).toBe('opened');
});

test('who sits in the menu is said goodbye to, and nothing is closed', async () => {
  const { line, call, it } = await leavingAt('menu');
  expect(line.said.slice(-2)).toEqual(['menu', 'goodbye']);
  expect(call?.outcome).toBe('opened');
  expect(await it.open()).toEqual([here]);
});

/** We stop while somebody is to be phoned back, so long after they were told. */
async function leavingBefore(seconds: number, reachable: readonly (ScriptedLine | AccessError)[]) {
  const leaving = new AbortController();
  const it = await house({
    user: { callerPolicy: 'call-back', numbers: [ownNumber] },
    parts: { leaving: leaving.signal },
  });
  it.reachable.push(...reachable);
  await it.phone(answering(good), (line) =>
    line.ended.addEventListener('abort', () => {
      setTimeout(() => leaving.abort(), seconds * 1000);
    }),
  );
  return it;
}

test.each([
  ['before the first try', 1, 0],
  ['between the tries', 5, 1],
])('nobody is phoned any more %s', async (_, seconds, dialled) => {
  const it = await leavingBefore(seconds, [new AccessError('call-failed', 'It is busy.')]);
  expect(it.dialled).toHaveLength(dialled);
  expect(it.callBackFaults).toHaveLength(1);
  expect(it.faults).toEqual([]);
});

test('whoever hangs up while we stop is not phoned, and not waited for', async () => {
  const leaving = new AbortController();
  const it = await house({
    user: { callerPolicy: 'call-back', numbers: [ownNumber] },
    parts: { leaving: leaving.signal },
  });
  const line = new ScriptedLine((prompt, caller, heard) => {
    if (prompt === 'call-back') leaving.abort();
    answering(good)(prompt, caller, heard);
  });
  const taken = takeCall(line, it.parts);
  // until they have been told; from then on no timer has to ring
  await vi.advanceTimersByTimeAsync(8_000);
  expect(line.ended.aborted).toBe(true);
  await taken;
  expect(it.dialled).toEqual([]);
  expect(it.callBackFaults).toEqual(['dialgate is stopping.']);
});
