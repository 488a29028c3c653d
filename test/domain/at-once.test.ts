import { expect, test } from 'vitest';
import { atMostAtOnce } from '../../src/domain/at-once.ts';

test('never more than so many run, in order, and a failure frees its place', async () => {
  const inPlace = atMostAtOnce(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const work = (id: number) => () => {
    began.push(id);
    return new Promise<number>((resolve, reject) => {
      ends[id] = () => (id === 1 ? reject(new Error('no')) : resolve(id));
    });
  };
  const all = [0, 1, 2, 3].map((id) => inPlace(work(id)));
  const failed = expect(all[1]).rejects.toThrow('no');
  await Promise.resolve();
  expect(began).toEqual([0, 1]);
  ends[1]?.();
  await failed;
  expect(began).toEqual([0, 1, 2]);
  ends[0]?.();
  expect(await all[0]).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(began).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect(await Promise.all([all[2], all[3]])).toEqual([2, 3]);
});
