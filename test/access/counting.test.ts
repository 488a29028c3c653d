import { describe, expect, it } from 'vitest';
import { createCounting } from '../../src/access/audit/counting.ts';
import type { AuditKind } from '../../src/domain/attempt.ts';
import type { AuditTally, AuditTallyWanted } from '../../src/domain/ports.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const span = { from: 0, to: 10_000, step: 1 };

describe('counting the record', () => {
  it('adds up columns and kinds, oldest first, without those that are empty', async () => {
    const { audit } = createMemoryStores();
    const put = (kind: AuditKind, at: number) => audit.append({ at, actor: 'system', kind });
    for (const at of [5000, 5999, 1000]) await put('gate-opened', at);
    await put('gate-closed', 5001);
    await put('user-created', 5001);
    const kinds = ['gate-opened', 'gate-closed', 'gate-opened'] as const;
    expect(await createCounting(audit).counts({ ...span, kinds })).toEqual({
      columns: [
        { at: 1000, counts: { 'gate-opened': 1 } },
        { at: 5000, counts: { 'gate-opened': 2, 'gate-closed': 1 } },
      ],
      countedFrom: null,
    });
  });

  it('names who failed most often', async () => {
    const { audit } = createMemoryStores();
    const fail = (caller: string, at: number) =>
      audit.append({ at, actor: 'system', kind: 'attempt-refused', caller });
    for (const at of [1, 2, 3]) await fail('15550101', at);
    for (const at of [4, 5, 6]) await fail('15550102', at);
    await fail('withheld', 7);
    const wanted = { from: 0, to: 100, limit: 2 };
    expect(await createCounting(audit).callers(wanted)).toEqual({
      callers: [
        { caller: '15550102', failures: 3, lastAt: 6 },
        { caller: '15550101', failures: 3, lastAt: 3 },
      ],
      countedFrom: null,
    });
  });

  /** Endless: each piece has one row, a second older than the one before. */
  const endless = (asked: AuditTallyWanted[]) => ({
    tally: (wanted: AuditTallyWanted): Promise<AuditTally> => {
      asked.push(wanted);
      const before = (wanted.before ?? 1000) - 1;
      const at = wanted.to - (1000 - before) * 1000;
      const kind = wanted.kinds?.[0] ?? 'call-began';
      return Promise.resolve({
        counts: [{ kind, key: 0, count: 1, lastAt: at }],
        next: { before, at },
      });
    },
  });

  it('does a bounded amount of work, goes back alike with all kinds, and says how far', async () => {
    const asked: AuditTallyWanted[] = [];
    const kinds = ['gate-opened', 'gate-closed'] as const;
    const counted = await createCounting(endless(asked), 7).counts({ ...span, kinds });
    expect(asked).toHaveLength(7);
    expect(counted).toEqual({
      columns: [{ at: 0, counts: { 'gate-opened': 4, 'gate-closed': 3 } }],
      // of the one that came less far
      countedFrom: 10_000 - 3000,
    });
  });

  it('asks for several kinds at once where there are other conditions', async () => {
    const asked: AuditTallyWanted[] = [];
    const kinds = ['gate-opened', 'gate-closed'] as const;
    const about = { address: '203.0.113.7', actor: 'token:ops', userId: undefined };
    await createCounting(endless(asked), 1).counts({ ...span, ...about, kinds });
    expect(asked).toEqual([{ ...about, from: 0, to: 10_000, by: { step: 1000 }, kinds }]);
  });

  it('counts for one at a time, and lets only so many wait', async () => {
    let going = 0;
    let most = 0;
    const counting = createCounting({
      tally: async () => {
        going += 1;
        most = Math.max(most, going);
        await new Promise((resolve) => setImmediate(resolve));
        going -= 1;
        return { counts: [], next: null };
      },
    });
    const all = Array.from({ length: 10 }, () => counting.counts(span));
    const ends = await Promise.allSettled(all);
    expect(most).toBe(1);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    await expect(counting.counts(span)).resolves.toMatchObject({ columns: [] });
  });

  it('goes on after one that failed', async () => {
    let fails = true;
    const counting = createCounting({
      tally: () =>
        fails ? Promise.reject(new Error('no disk')) : Promise.resolve({ counts: [], next: null }),
    });
    await expect(counting.counts(span)).rejects.toThrow('no disk');
    fails = false;
    await expect(counting.counts(span)).resolves.toMatchObject({ countedFrom: null });
  });
});
