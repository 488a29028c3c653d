import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WireOpened } from '../../src/firewall/wire.ts';
import { Refused } from '../../src/firewall/wire-rules.ts';
import type { Backend } from '../../src/helper/backend.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { Gate } from '../../src/helper/gate.ts';
import { Halt } from '../../src/helper/halt.ts';

/** Who is said to change what is ours is in the end left alone, and nobody is let in any more: it must be so. */
const config = readConfig(
  JSON.stringify({
    socket: '/run/x/helper.sock',
    services: { web: ['tcp/443'] },
    longest: 3600,
    mostAddresses: 9,
  }),
);
const address = '203.0.113.7';
const opening = { address, services: [{ service: 'web', seconds: 600 }] };

let opened: WireOpened[];
let refusal: Refused | undefined;
/** How long a list takes. Milliseconds. */
let takes: number;
let gate: Gate;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  [opened, refusal, takes] = [[], undefined, 0];
  const apply = async (): Promise<void> => {
    opened = [{ address, services: [{ service: 'web', seconds: 600, packets: 0 }] }];
    if (refusal) throw refusal;
  };
  const backend: Backend = {
    ensure: async () => false,
    apply,
    applyFirst: apply,
    list: async () => {
      const listed = opened;
      vi.advanceTimersByTime(takes);
      return listed;
    },
    packetsFrom: async () => undefined,
    warnings: () => [],
    watch: () => undefined,
    stop: () => undefined,
  };
  gate = new Gate(config, backend, new Halt(), () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
});

test('what others have changed is changed, once', async () => {
  await gate.open(opening, 0);
  expect(await gate.recount()).toBe('as left');
  opened = [];
  expect([await gate.recount(), await gate.recount()]).toEqual(['changed', 'as left']);
});

test('a list that takes long on a busy host accuses nobody', async () => {
  await gate.open(opening, 0);
  takes = 6000;
  expect(await gate.recount()).toBe('unsure');
});

test('what we were not told the end of accuses nobody', async () => {
  refusal = new Refused('unconfirmed', 'nft did not answer.');
  await expect(gate.open(opening, 0)).rejects.toThrow('nft did not answer.');
  expect([await gate.recount(), await gate.recount()]).toEqual(['unsure', 'as left']);
  opened = [];
  expect(await gate.recount()).toBe('changed');
});
