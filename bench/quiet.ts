import { setTimeout as sleep } from 'node:timers/promises';
import { availableParallelism } from 'node:os';
import { machineTime } from './usage.ts';

const look = 50; // ms
const longest = 1000;

/**
 * Waits until the machine does next to nothing, a second at most: what one run leaves to be
 * done must not slow the next. Gives back the share of its processors, from 0 to 1, that was
 * busy at last.
 */
export async function untilQuiet(): Promise<number> {
  const began = performance.now();
  for (;;) {
    const [at, worked] = [performance.now(), machineTime()];
    await sleep(look);
    const now = performance.now();
    const busy = (machineTime() - worked) / ((now - at) * availableParallelism());
    // the kernel counts in hundredths of a second: one or two of them are nothing
    if (busy < 0.25 || now - began > longest) return Math.min(1, busy);
  }
}
