import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Arming } from '../../src/helper/arming/arming.ts';
import { KeptState } from '../../src/helper/arming/kept-state.ts';
import { Halt } from '../../src/helper/halt.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-arming-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test('a trial that was switched off does not run out later, though that could not be written down', async () => {
  const state = join(folder, 'state');
  mkdirSync(state);
  const logged: string[] = [];
  const done = async (): Promise<void> => undefined;
  const arming = new Arming({
    guard: {
      wish: () => undefined,
      hold: done,
      release: done,
      remove: done,
      ensure: async () => 'intact',
      forgive: () => undefined,
    },
    halt: new Halt(),
    state: new KeptState(state),
    atFirst: false,
    disturbed: () => undefined,
    log: (event) => void logged.push(event),
  });
  arming.begin();
  await arming.enable(60);
  rmSync(state, { recursive: true });
  await expect(arming.disable()).rejects.toThrow(/off now, but.*cannot be written down/);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(logged).toEqual([]);
  expect(arming.status()).toMatchObject({ armed: 'off', findings: [] });
});
