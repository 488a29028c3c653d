import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

/** Waits until it is so, for 10 s at most: a busy machine is slow. */
export async function soon(what: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !what() && performance.now() < end;) {
    await sleep(25);
  }
  expect(what()).toBe(true);
}
