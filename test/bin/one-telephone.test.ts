import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCharging, subjectsOf } from '../../src/access/charging.ts';
import { lockEnd, ruleFor, type LockoutRules } from '../../src/access/lockout-rules.ts';
import { parsePhoneNumber } from '../../src/domain/phone-number.ts';
import { lockoutRules, readConfig } from '../../src/bin/config.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { fc } from '../property.ts';

/** See docs/decisions/0012-locks-made-for-telephones.md. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-locks-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As the configuration has them with these lines in its part `access`. @throws AccessError */
function rulesOf(...lines: string[]): LockoutRules {
  const file = join(folder, 'dialgate.yaml');
  writeFileSync(file, ['access:', '  services: [web]', ...lines.map((l) => `  ${l}`)].join('\n'));
  return lockoutRules(readConfig(file));
}

/** What the attacker waits for before the next try: the locks of the telephone, or more than that. */
type Pause = 'lock' | 'memory' | number;

/** How many of the tries that one telephone makes at its first chance found all strangers locked out. */
async function lockedOutBy(rules: LockoutRules, pauses: Iterable<Pause>): Promise<number> {
  let now = 1e12;
  const { lockouts } = createMemoryStores();
  const { charge } = createCharging(lockouts, { now: () => now }, rules);
  const attacker = parsePhoneNumber('5550666', { international: '', trunk: '', country: '1' })!;
  const [pair, caller, strangers] = subjectsOf(1, attacker, false);
  const end = async (subject: typeof pair): Promise<number> =>
    lockEnd(await lockouts.failuresOf(subject!), ruleFor(subject!, rules), now) ?? now;
  let lockedOut = 0;
  for (const pause of pauses) {
    if (pause === 'memory') now += rules.userLockout.memory * 1000;
    else if (pause !== 'lock') now += pause * 1000;
    now = Math.max(await end(pair), await end(caller));
    await charge([pair!, caller!, strangers!]);
    if ((await end(strangers)) > now) lockedOut++;
  }
  return lockedOut;
}

const withoutPause = Array<Pause>(200).fill('lock');

describe('one telephone that knows a knock code keeps out no other', () => {
  test.each([
    ['as it is when nothing is said', []],
    ['with long locks for strangers', ['strangers_lockout: { longest: 30m }']],
    [
      'with short locks for one telephone',
      ['user_lockout: { longest: 4m }', 'caller_lockout: { longest: 4m }'],
    ],
  ])('%s', async (_, lines) => {
    expect(await lockedOutBy(rulesOf(...lines), withoutPause)).toBe(0);
  });

  const lock = (mostForgiven: number) =>
    fc
      .record({
        forgiven: fc.integer({ min: 1, max: mostForgiven }),
        first: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 })),
        longer: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
        memory: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50_000 })),
      })
      .map(
        ({ forgiven, first, longer, memory }) =>
          `{ forgiven: ${forgiven}, first: ${first}s, longest: ${first + longer}s, memory: ${first + longer + memory}s }`,
      );

  test(
    'in whichever configuration is accepted, at whichever rhythm',
    { timeout: 60_000 },
    async () => {
      const rhythm = fc.oneof(
        fc.constant(withoutPause),
        // as many tries as are forgiven, until they are forgotten, and again
        fc
          .integer({ min: 2, max: 30 })
          .map((tries) =>
            Array.from({ length: 200 }, (_, i): Pause => (i % tries ? 'lock' : 'memory')),
          ),
        fc.array(
          fc.oneof(fc.constantFrom<Pause>('lock', 'memory'), fc.integer({ max: 3000, min: 0 })),
          {
            maxLength: 150,
          },
        ),
      );
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(
          lock(10),
          lock(10),
          lock(40),
          rhythm,
          async (user, caller, all, pauses) => {
            let rules: LockoutRules;
            try {
              rules = rulesOf(
                `user_lockout: ${user}`,
                `caller_lockout: ${caller}`,
                `strangers_lockout: ${all}`,
              );
            } catch {
              return;
            }
            accepted++;
            expect(await lockedOutBy(rules, pauses)).toBe(0);
          },
        ),
        { numRuns: 120 },
      );
      expect(accepted).toBeGreaterThan(30);
    },
  );
});

describe('a configuration by which it could is refused, and what to write is said', () => {
  test.each([
    [
      'locks that grow slowly',
      ['user_lockout: { first: 1s }', 'strangers_lockout: { forgiven: 10 }'],
      /access\.strangers_lockout\.forgiven \(10\) must be at least 14\b/,
    ],
    [
      'failures that are forgotten with the lock',
      ['user_lockout: { longest: 15m, memory: 15m }'],
      /access\.user_lockout\.memory \(900 s\) must be at least 2400 s/,
    ],
    [
      'as many forgiven for one as for all',
      ['user_lockout: { forgiven: 20 }'],
      /access\.strangers_lockout\.forgiven \(20\) must be at least 40\b/,
    ],
  ])('%s', (_, lines, words) => {
    expect(() => rulesOf(...lines)).toThrow(words);
  });
});
