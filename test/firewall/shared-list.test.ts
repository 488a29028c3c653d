import { beforeEach, expect, it } from 'vitest';
import { SharedList } from '../../src/firewall/shared-list.ts';

/** A reading that ends when the test says so; it has what was there when it began. */
interface Begun {
  readonly end: () => void;
  readonly fail: (why: string) => void;
}

let there: string;
let now: number;
let begun: Begun[];
let shared: SharedList<string>;
beforeEach(() => {
  there = 'nothing';
  now = 0;
  begun = [];
  shared = new SharedList(
    () =>
      new Promise((resolve, reject) => {
        const seen = there;
        begun.push({ end: () => resolve(seen), fail: (why) => reject(new Error(why)) });
      }),
    () => now,
  );
});

const change = (to: string): void => {
  there = to;
  shared.changed();
};

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('is read once for all who ask meanwhile, and for half a second after', async () => {
  const asked = [shared.get(), shared.get()];
  now = 10_000; // a reading may take long: its age counts from its end
  begun[0]?.end();
  expect(await Promise.all(asked)).toEqual(['nothing', 'nothing']);
  now += 499;
  await shared.get();
  expect(begun).toHaveLength(1);
  now += 1;
  const later = shared.get();
  expect(begun).toHaveLength(2);
  begun[1]?.end();
  await later;
});

it('is read anew after a change, however young it is', async () => {
  const before = shared.get();
  begun[0]?.end();
  await before;
  change('a house');
  const after = shared.get();
  begun[1]?.end();
  expect(await after).toBe('a house');
  expect(await shared.get()).toBe('a house');
  expect(begun).toHaveLength(2);
});

it('is not shared by who asks after a change with who asked before it', async () => {
  const before = shared.get();
  change('a house');
  const after = [shared.get(), shared.get()];
  // one at a time
  expect(begun).toHaveLength(1);
  // one that waits sees this, too
  change('a town');
  after.push(shared.get());
  begun[0]?.end();
  expect(await before).toBe('nothing');
  await settle();
  expect(begun).toHaveLength(2);
  begun[1]?.end();
  expect(await Promise.all(after)).toEqual(['a town', 'a town', 'a town']);
  await shared.get();
  expect(begun).toHaveLength(2);
});

it('begins once, also where somebody asks in the moment when the one before ends', async () => {
  const first = shared.get();
  const again = first.then(() => shared.get());
  change('a house');
  const waiting = shared.get();
  begun[0]?.end();
  await settle();
  expect(begun).toHaveLength(2);
  begun[1]?.end();
  expect([await again, await waiting]).toEqual(['a house', 'a house']);
});

it('tells all who wait of a failure, and keeps none', async () => {
  const asked = [shared.get(), shared.get()];
  change('a house');
  const after = shared.get();
  begun[0]?.fail('no helper');
  await Promise.all(asked.map((one) => expect(one).rejects.toThrow('no helper')));
  begun[1]?.fail('no helper either');
  await expect(after).rejects.toThrow('no helper either');
  const well = shared.get();
  begun[2]?.end();
  expect(await well).toBe('a house');
});
