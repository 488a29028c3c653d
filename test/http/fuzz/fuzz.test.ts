import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/domain/token.ts';
import { seed } from '../../property.ts';
import { attack, type Attack } from './attack.ts';
import { openFuzzedHouse, type FuzzedHouse } from './house.ts';

/**
 * Requests made from the API's own description, good ones and spoilt ones, over real HTTP.
 * DIALGATE_FUZZ is how many times as many are sent.
 */
const times = Number(process.env['DIALGATE_FUZZ'] ?? 1);
const patience = Math.max(1, times) * 600_000;

let fuzzed: FuzzedHouse;
beforeEach(async () => {
  fuzzed = await openFuzzedHouse();
});

const by = (role: Role): Pick<Attack, 'secret' | 'role'> => ({
  role,
  secret: () => fuzzed.token(role),
});

async function endsWell(): Promise<void> {
  await fuzzed.verified();
  expect(fuzzed.leaked()).toEqual([]);
}

describe(`fuzzed, seed ${seed}`, () => {
  it.each(['nobody', 'a token that was revoked', 'a token whose time is over', 'a made-up token'])(
    '%s changes nothing',
    async (who) => {
      const [revoked, expired] = fuzzed.dead;
      const secrets = {
        'a token that was revoked': revoked,
        'a token whose time is over': expired,
        'a made-up token': 'dialgate_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      } as Readonly<Record<string, string | undefined>>;
      const secret = secrets[who];
      const { changes } = await attack(fuzzed, {
        role: undefined,
        secret: () => Promise.resolve(secret === undefined ? {} : { secret }),
        count: 750 * times,
        seed,
      });
      expect(changes).toBe(0);
      await endsWell();
    },
    patience,
  );

  it(
    'an auditor changes nothing',
    async () => {
      const { changes, operations } = await attack(fuzzed, {
        ...by('auditor'),
        count: 3500 * times,
        seed,
      });
      expect(changes).toBe(0);
      expect(operations).toBeGreaterThan(20);
      await endsWell();
    },
    patience,
  );

  it(
    'an operator closes, on record, and changes nothing else',
    async () => {
      const { changes } = await attack(fuzzed, { ...by('operator'), count: 3500 * times, seed });
      expect(changes).toBeGreaterThan(0);
      await endsWell();
    },
    patience,
  );

  it(
    'whatever an administrator changes is on record',
    async () => {
      const { changes, operations } = await attack(fuzzed, {
        ...by('admin'),
        count: 5000 * times,
        seed,
      });
      expect(changes).toBeGreaterThan(200 * times);
      expect(operations).toBeGreaterThan(40);
      await endsWell();
    },
    patience,
  );

  it(
    'many at once leave nothing behind: no memory, no connection, nobody who follows the record',
    async () => {
      const watchingBefore = fuzzed.watching();
      const used: { heap: number; rss: number }[] = [];
      const turns: Role[] = ['admin', 'operator', 'auditor'];
      let turn = 0;
      await attack(fuzzed, {
        role: undefined,
        secret: () => fuzzed.token(turns[turn++ % turns.length] ?? 'admin'),
        count: 6000 * times,
        seed,
        atOnce: 8,
        pause: () => void used.push(memory()),
      });
      await endsWell();
      const [first, second] = halves(used.slice(used.length / 4));
      expect(second.heap).toBeLessThan(first.heap * 1.05 + 1);
      expect(second.rss).toBeLessThan(first.rss * 1.1 + 8);
      fuzzed.sender.close();
      await fuzzed.house.listening.close(1);
      expect(fuzzed.watching()).toBe(watchingBefore);
      await expect.poll(connections, { timeout: 8000 }).toBe(0);
    },
    patience,
  );
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** In MiB, after all that can be collected was. */
function memory(): { heap: number; rss: number } {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
}

/** Medians of what was used in the first half of the time, and in the second. */
function halves(used: readonly { heap: number; rss: number }[]) {
  const middle = Math.floor(used.length / 2);
  const median = (some: readonly number[]): number =>
    some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN;
  return [used.slice(0, middle), used.slice(middle)].map((half) => ({
    heap: median(half.map(({ heap }) => heap)),
    rss: median(half.map(({ rss }) => rss)),
  })) as [{ heap: number; rss: number }, { heap: number; rss: number }];
}

const connections = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^TCP(Socket|Server)Wrap$/.test(name)).length;
