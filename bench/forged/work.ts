import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../src/domain/address.ts';
import type { HelperClient } from '../../src/firewall/helper-client.ts';
import { milliseconds } from '../times.ts';

/** One thing asked of the helper, as the app waits for it. */
export interface Done {
  readonly verb: 'open' | 'renew' | 'close';
  /** ms since the bench began. */
  readonly at: number;
  /** ms; null when it was refused, or not answered in time. */
  readonly took: number | null;
}

/** ms from one to the next. */
const pause = 10;
const addresses = 200;

/** Opens, renews and closes, one after the other, until stopped. */
export function startWork(client: HelperClient): { stop: () => Promise<readonly Done[]> } {
  const done: Done[] = [];
  const stopped = new AbortController();
  const ask = async (verb: Done['verb'], work: () => Promise<void>): Promise<void> => {
    const at = performance.now();
    const took = await milliseconds(work).catch(() => null);
    done.push({ verb, at, took });
    await sleep(pause);
  };
  const all = (async () => {
    for (let n = 0; !stopped.signal.aborted; n++) {
      const address = `198.51.100.${n % addresses}` as Address;
      const open = (seconds: number) =>
        client.open({ address, services: [{ service: 'sip', seconds }] });
      await ask('open', () => open(60));
      await ask('renew', () => open(120));
      await ask('close', () => client.close(address));
    }
    return done;
  })();
  return {
    stop: () => {
      stopped.abort();
      return all;
    },
  };
}
