import { describe, expect, it } from 'vitest';
import { entry, unwritable, hostile, refused, type Bench } from './bench.ts';

const failures = (i: number) => ({ count: i + 1, lastAt: i });

export function lockoutsContract({ stores, audit }: Bench): void {
  describe('lockouts', () => {
    it('knows no failures until told, keeps the last word, and forgets at nought', async () => {
      const { lockouts } = stores;
      expect(await lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
      await lockouts.record(
        [
          { subject: 'user:1', failures: { count: 2, lastAt: 50 } },
          { subject: 'caller:555-0101', failures: { count: 7, lastAt: 60.5 } },
        ],
        [entry('attempt-refused'), entry('lockout-began')],
      );
      expect(await lockouts.failuresOf('user:1')).toEqual({ count: 2, lastAt: 50 });
      expect(await lockouts.failuresOf('caller:555-0101')).toEqual({ count: 7, lastAt: 60 });
      expect((await audit()).map((row) => row.kind)).toEqual(['lockout-began', 'attempt-refused']);
      await lockouts.record([{ subject: 'user:1', failures: { count: 0, lastAt: 70 } }], []);
      expect(await lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
    });

    it('tells hostile caller numbers apart', async () => {
      const { lockouts } = stores;
      await lockouts.record(
        hostile.map((text, i) => ({ subject: `caller:${text}` as const, failures: failures(i) })),
        [],
      );
      for (const [i, text] of hostile.entries()) {
        expect(await lockouts.failuresOf(`caller:${text}`)).toEqual(failures(i));
      }
    });

    it('lists what is held against whom, the latest first', async () => {
      const { lockouts } = stores;
      expect(await lockouts.list()).toEqual([]);
      const held = [
        { subject: 'user:1', failures: { count: 2, lastAt: 50 } },
        { subject: 'caller:15550101', failures: { count: 1, lastAt: 70 } },
        { subject: 'user:1/caller:15550101', failures: { count: 3, lastAt: 60 } },
      ] as const;
      await lockouts.record(held, []);
      expect(await lockouts.list()).toEqual([held[1], held[2], held[0]]);
      await lockouts.record([{ subject: 'user:1', failures: { count: 0, lastAt: 80 } }], []);
      expect(await lockouts.list()).toEqual([held[1], held[2]]);
    });

    it('forgets what is older than an instant, and says how many', async () => {
      const { lockouts } = stores;
      await lockouts.record(
        [40, 50, 60].map((lastAt, i) => ({
          subject: `user:${i}` as const,
          failures: { count: 1, lastAt },
        })),
        [],
      );
      expect(await lockouts.forgetBefore(40)).toBe(0);
      expect(await lockouts.forgetBefore(60)).toBe(2);
      expect((await lockouts.list()).map(({ subject }) => subject)).toEqual(['user:2']);
      expect(await audit()).toEqual([]);
    });

    it('writes nothing when one entry cannot be written', async () => {
      const change = { subject: 'user:1', failures: { count: 1, lastAt: 1 } } as const;
      const entries = [entry('attempt-refused'), unwritable('lockout-began')];
      await refused(stores.lockouts.record([change], entries), 'store-failed');
      expect(await stores.lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
      expect(await audit()).toEqual([]);
    });
  });
}
