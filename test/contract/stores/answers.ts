import { describe, expect, it } from 'vitest';
import type { Bench } from './bench.ts';

export function answersContract({ stores, audit }: Bench): void {
  describe('kept answers', () => {
    it('take a key once, and tell by what it is taken', async () => {
      const { answers } = stores;
      expect(await answers.take('key', 'token:ops', 'asked', 5)).toBeUndefined();
      const begun = { request: 'asked', beganAt: 5, answer: null };
      expect(await answers.take('key', 'token:ops', 'something else', 9)).toEqual(begun);
      await answers.keep('key', 'sealed');
      expect(await answers.take('key', 'token:ops', 'asked', 9)).toEqual({
        ...begun,
        answer: 'sealed',
      });
      await answers.release('key');
      expect(await answers.take('key', 'token:ops', 'asked', 9)).toBeUndefined();
    });

    it('are counted by owner, and forgotten when they are old', async () => {
      const { answers } = stores;
      await answers.take('a', 'token:ops', 'x', 5);
      await answers.take('b', 'token:ops', 'x', 6);
      await answers.take('c', 'token:eyes', 'x', 7);
      expect(await answers.countOf('token:ops')).toBe(2);
      expect(await answers.forgetBefore(5)).toBe(0);
      expect(await answers.forgetBefore(7)).toBe(2);
      expect([await answers.countOf('token:ops'), await answers.countOf('token:eyes')]).toEqual([
        0, 1,
      ]);
    });

    it('of what was never taken are not kept, and leave no trace', async () => {
      await stores.answers.keep('none', 'sealed');
      await stores.answers.release('none');
      expect(await stores.answers.take('none', 'token:ops', 'x', 1)).toBeUndefined();
      expect(await audit()).toEqual([]);
    });
  });
}
