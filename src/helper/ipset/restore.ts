import { setTimeout as sleep } from 'node:timers/promises';
import { IpsetRefused, isMissing, runIpset } from './ipset-run.ts';

/** Lines given to one ipset: many, to be quick; the whole list at once would be in memory twice. */
const batch = 15_000;
/** While somebody lists a set it cannot be swapped. */
const mostTries = 20;
const pause = 50;

/** Carries out lines of `ipset restore`; where it rejects, those before may have been. @throws IpsetRefused or IpsetLost */
export async function restoreAll(ipset: string, lines: Iterable<string>): Promise<void> {
  let some: string[] = [];
  const carryOut = async (): Promise<void> => {
    const text = `${some.join('\n')}\n`;
    some = [];
    // -exist: it is no error where it is so already, and an add renews
    await runIpset(ipset, ['restore', '-exist'], text);
  };
  for (const line of lines) {
    some.push(line);
    if (some.length >= batch) await carryOut();
  }
  if (some.length > 0) await carryOut();
}

/** Puts what is in one set into the other's place, for whatever rules name it, in one moment. */
export async function swap(ipset: string, draft: string, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await runIpset(ipset, ['swap', draft, name]);
      return;
    } catch (error) {
      const busy = error instanceof IpsetRefused && !isMissing(error);
      if (!busy || tries === mostTries) throw error;
      await sleep(pause);
    }
  }
}

/** Of a set that may not be there, or may be in use. Never rejects. */
export async function destroy(ipset: string, name: string): Promise<void> {
  await runIpset(ipset, ['destroy', name]).catch(() => undefined);
}
