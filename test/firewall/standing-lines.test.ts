import { expect, it } from 'vitest';
import type { Standing } from '../../src/domain/entry.ts';
import { linesOf } from '../../src/firewall/standing-lines.ts';
import { StandingDigest, standingLine } from '../../src/firewall/wire-standing.ts';

const entry = (n: number): Standing => ({
  target: `${(n * 7919) % 223}.${n % 251}.${Math.floor(n / 251) % 251}.${Math.floor(n / 63_001)}`,
  services: n % 3 === 0 ? ['web', 'sip'] : ['web'],
  until: n % 5 === 0 ? 1e12 + n * 1000 : null,
});
const plainly = (entries: readonly Standing[]): string[] =>
  [
    ...new Set(
      entries.map(({ target, services, until }) =>
        standingLine({ target, services, until: until === null ? 0 : Math.floor(until / 1000) }),
      ),
    ),
  ].sort();

it('are each once, in the order of their code units, with the digest of all', async () => {
  for (const count of [0, 1, 2, 1999, 2000, 2001, 6543]) {
    const entries = Array.from({ length: count }, (_, n) => entry(n));
    const twice = [...entries, ...entries.slice(0, 700)].reverse();
    const { lines, digest } = await linesOf(twice);
    expect(lines).toEqual(plainly(entries));
    const sum = new StandingDigest();
    sum.add(plainly(entries));
    expect(digest).toBe(sum.text());
  }
});

it('of a list that is the same one still are not made again', async () => {
  const entries = [entry(1), entry(2)];
  expect(await linesOf(entries)).toBe(await linesOf(entries));
  expect(await linesOf([...entries])).not.toBe(await linesOf(entries));
});

it('a hundred thousand hold nobody up', async () => {
  const entries = Array.from({ length: 100_000 }, (_, n) => entry(n));
  // of the processor's time, whatever else this machine does, where it was 170 to 490 ms
  let longest = 0;
  const state = { done: false };
  const turns = (async () => {
    while (!state.done) {
      const began = process.cpuUsage();
      await new Promise((resolve) => void setImmediate(resolve));
      const { user, system } = process.cpuUsage(began);
      longest = Math.max(longest, (user + system) / 1000);
    }
  })();
  const { lines } = await linesOf(entries);
  state.done = true;
  await turns;
  expect(lines).toHaveLength(new Set(plainly(entries)).size);
  expect(longest).toBeLessThan(120);
});
