import { beforeEach, describe, expect, it } from 'vitest';
import type { WireOpened } from '../../src/firewall/wire.ts';
import type { Backend } from '../../src/helper/backend.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { Contest } from '../../src/helper/contest.ts';
import { Gate } from '../../src/helper/gate.ts';
import { Halt } from '../../src/helper/halt.ts';
import { Look } from '../../src/helper/look.ts';
import { heard } from '../../src/helper/nft/nft-monitor.ts';
import { Signals } from '../../src/helper/signals.ts';
import { Upkeep } from '../../src/helper/upkeep.ts';
import { usualLimits } from './process.ts';

const config = readConfig(JSON.stringify({ ...usualLimits, socket: '/run/x/helper.sock' }));
const opening = { address: '203.0.113.7', services: [{ service: 'web', seconds: 600 }] };
const opened: WireOpened = {
  address: '203.0.113.7',
  services: [{ service: 'web', seconds: 600, packets: 0 }],
};

describe('a look at what others have changed', () => {
  let kernel: { there: boolean; opened: WireOpened[] };
  let fails: boolean;
  /** What happens just before the elements are listed. */
  let meanwhile: () => void;
  let halt: Halt;
  let upkeep: Upkeep;
  let gate: Gate;
  let look: Look;
  let doubts: number;

  const flush = (): void => {
    kernel = { there: false, opened: [] };
  };
  const put = async (): Promise<void> => {
    kernel = { there: true, opened: [opened] };
  };

  beforeEach(async () => {
    [fails, meanwhile, doubts] = [false, () => undefined, 0];
    halt = new Halt();
    upkeep = new Upkeep();
    const signals = new Signals();
    signals.contested.hear(() => halt.set('contested'));
    const backend: Backend = {
      ensure: async () => {
        if (fails) throw new Error('nft does not answer');
        const lost = !kernel.there;
        kernel = { ...kernel, there: true };
        return lost;
      },
      apply: put,
      applyFirst: put,
      list: async () => {
        meanwhile();
        if (!kernel.there) await upkeep.repair();
        return kernel.opened;
      },
      packetsFrom: async () => undefined,
      warnings: () => [],
      watch: () => undefined,
      stop: () => undefined,
    };
    upkeep.of(backend, () => undefined);
    gate = new Gate(config, backend, halt, () => undefined);
    const standing = { doubt: () => void doubts++, look: async () => undefined };
    const contest = new Contest();
    look = new Look({ halt, contest, upkeep, gate, standing, signals, reloads: true });
    await put();
    await gate.open(opening, 0);
    await look.around(undefined);
  });

  it.each([
    ['by the look', async (): Promise<unknown> => flush()],
    ['by a client’s list before it', async (): Promise<unknown> => (flush(), gate.list())],
    [
      'by its own count',
      async (): Promise<unknown> =>
        void (meanwhile = () => (flush(), (meanwhile = () => undefined))),
    ],
    [
      'by nobody until it was counted',
      // sets that an administrator loads anew are there and empty
      async (): Promise<unknown> =>
        void (meanwhile = () => {
          kernel = { there: true, opened: [] };
          meanwhile = () => void (kernel = { ...kernel, there: true });
          queueMicrotask(() => (kernel = { ...kernel, there: false }));
        }),
    ],
  ])(
    'takes no reload for a fight, however often one comes, where it is found %s',
    async (_, reload) => {
      for (let n = 0; n < 8; n++) {
        await reload();
        await look.around('nft');
        expect(halt.reason).toBeUndefined();
        await gate.open(opening, 0);
        await look.around(undefined);
      }
    },
  );

  it('leaves alone who takes out what it has put in, four times', async () => {
    for (let n = 0; n < 4; n++) {
      expect(halt.reason).toBeUndefined();
      kernel = { there: true, opened: [] };
      await look.around('nft');
      if (n < 3) await gate.open(opening, 0);
    }
    expect(halt.reason).toBe('contested');
  });

  it('still knows that standing entries were taken out when it has failed', async () => {
    look.note({ by: 'nft', standing: 'taken' });
    fails = true;
    await expect(look.around('nft')).rejects.toThrow('nft does not answer');
    expect(doubts).toBe(0);
    fails = false;
    await look.around(undefined);
    expect(doubts).toBe(1);
  });

  it('has all standing entries put back where the monitor could not keep up', () => {
    const line = heard({
      isOurs: () => true,
      changed: (change) => look.note(change),
      lossPattern: undefined,
      knowsIds: true,
    });
    line('# new generation 5 by process 7 (nft)');
    expect(doubts).toBe(0);
    line('# gap');
    expect(doubts).toBe(1);
  });
});
