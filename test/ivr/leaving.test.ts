import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answering, here, house, inside } from './house.ts';

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
