import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/domain/address.ts';
import type { AuditRow } from '../../../src/domain/attempt.ts';
import type { AuditFilter, AuditTallyWanted } from '../../../src/domain/ports.ts';
import {
  elsewhere,
  entry,
  hostile,
  hotel,
  newCall,
  refused,
  unwritable,
  type Bench,
} from './bench.ts';

const walk = async (page: (before?: number) => Promise<number[]>): Promise<number[]> => {
  const seen: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    const ids = await page(seen.at(-1));
    if (ids.length === 0) return seen;
    seen.push(...ids);
  }
  throw new Error('paging does not end');
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const descending = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i);

export function recordContract({ stores, addUser, addGrant, audit }: Bench): void {
  describe('paging', () => {
    it('goes newest first, without gap or repetition', async () => {
      const { id: userId } = await addUser();
      for (let i = 0; i < 25; i += 1) {
        await addGrant(userId, { openedAt: 1000 - i });
        await stores.calls.begin(newCall({ dialled: `${i}` }), entry('call-began'));
      }
      const { grants, calls, audit: log } = stores;
      expect(
        await walk(async (before) => (await grants.list({ before, limit: 7 })).map((g) => g.id)),
      ).toEqual(descending(25));
      expect(
        await walk(async (before) => (await calls.list({ before, limit: 10 })).map((c) => c.id)),
      ).toEqual(descending(25));
      expect(
        await walk(async (before) => (await log.list({ before, limit: 1000 })).map((r) => r.seq)),
      ).toEqual(descending(51));
    });

    it('takes any `before` and refuses limits outside 1 to 1000', async () => {
      await addGrant((await addUser()).id);
      expect(await stores.grants.list({ before: 1, limit: 5 })).toEqual([]);
      expect(await stores.grants.list({ before: -3, limit: 5 })).toEqual([]);
      expect(await stores.grants.list({ before: Number.MAX_SAFE_INTEGER, limit: 5 })).toHaveLength(
        1,
      );
      for (const limit of [0, -1, 1001, 1.5, Number.NaN, Infinity]) {
        await refused(stores.grants.list({ limit }), 'invalid');
        await refused(stores.calls.list({ limit }), 'invalid');
        await refused(stores.audit.list({ limit }), 'invalid');
      }
    });
  });

  describe('the audit log', () => {
    it('gives back every field, and only those that were given', async () => {
      const full = entry('gate-opened', {
        userId: 1,
        grantId: 2,
        callId: 3,
        address: hotel,
        detail: { reason: 'because', seconds: 1.5, again: true },
      });
      expect(await stores.audit.append(full)).toEqual({ seq: 1, ...full });
      expect(await stores.audit.append(entry('server-started'))).toStrictEqual({
        seq: 2,
        ...entry('server-started'),
      });
      const rows = await audit();
      expect(rows).toEqual([
        { seq: 2, ...entry('server-started') },
        { seq: 1, ...full },
      ]);
    });

    it('numbers its rows one by one, also after a failure', async () => {
      await stores.audit.append(entry('server-started'));
      await addUser();
      await refused(addUser(), 'conflict');
      await refused(stores.audit.append(unwritable('server-stopped')), 'store-failed');
      expect((await stores.audit.append(entry('server-stopped'))).seq).toBe(3);
    });

    it('filters by kind, user, address and call, alone and together', async () => {
      const kinds = ['gate-opened', 'gate-closed'] as const;
      const rows: AuditRow[] = [];
      for (let i = 0; i < 16; i += 1) {
        rows.unshift(
          await stores.audit.append(
            entry(kinds[i % 2] ?? 'gate-opened', {
              userId: 1 + ((i >> 1) % 2),
              address: (i >> 2) % 2 === 0 ? hotel : elsewhere,
              callId: 5 + ((i >> 3) % 2),
            }),
          ),
        );
      }
      for (let mask = 0; mask < 16; mask += 1) {
        const filter = {
          ...(mask & 1 && { kind: kinds[0] }),
          ...(mask & 2 && { userId: 2 }),
          ...(mask & 4 && { address: hotel }),
          ...(mask & 8 && { callId: 6 }),
        };
        const expected = rows.filter((row) =>
          Object.entries(filter).every(([key, value]) => row[key as keyof AuditRow] === value),
        );
        expect(await stores.audit.list({ ...filter, limit: 100 })).toEqual(expected);
        expect(await stores.audit.list({ ...filter, limit: 1 })).toEqual(expected.slice(0, 1));
      }
    });

    it('filters by telephone, by whom, and by time', async () => {
      const call = await stores.calls.begin(
        newCall({ callerNumber: '+1 555 0101' }),
        entry('call-began', { caller: '15550101', actor: 'system', at: 1000 }),
      );
      // what belongs to the call gets its telephone
      const refusal = await stores.audit.append(
        entry('attempt-refused', { callId: call.id, actor: `call:${call.id}`, at: 3000 }),
      );
      expect(refusal.caller).toBe('15550101');
      await stores.audit.append(entry('calls-refused', { caller: 'withheld', at: 2000 }));
      await stores.audit.append(entry('user-changed', { actor: 'token:ops', at: 4000 }));
      const seqs = async (filter: Partial<AuditFilter>): Promise<number[]> => {
        const rows = await stores.audit.list({ ...filter, limit: 100 });
        const page = await stores.audit.page({ ...filter, limit: 100 });
        expect(page).toEqual({ rows, next: null });
        return rows.map(({ seq }) => seq);
      };
      expect(await seqs({ caller: '15550101' })).toEqual([2, 1]);
      expect(await seqs({ caller: 'withheld' })).toEqual([3]);
      expect(await seqs({ caller: '15550101', kind: 'call-began' })).toEqual([1]);
      expect(await seqs({ actor: `call:${call.id}` })).toEqual([2]);
      expect(await seqs({ actor: `call:${call.id}`, kind: 'call-began' })).toEqual([]);
      expect(await seqs({ actor: 'system' })).toEqual([1]);
      expect(await seqs({ actor: 'token:ops', kind: 'user-changed' })).toEqual([4]);
      expect(await seqs({ actor: 'nobody' })).toEqual([]);
      // the clock was set back between the second and the third
      expect(await seqs({ from: 2000 })).toEqual([4, 3, 2]);
      expect(await seqs({ from: 1001, to: 3000 })).toEqual([3]);
      expect(await seqs({ to: 2000 })).toEqual([1]);
      expect(await seqs({ from: 9000 })).toEqual([]);
      expect(await seqs({ from: 1000, to: 3001, caller: '15550101' })).toEqual([2, 1]);
    });

    it('gives pages that go on from one another, with any filter', async () => {
      for (let i = 0; i < 30; i += 1) {
        await stores.audit.append(
          entry(i % 3 === 0 ? 'gate-opened' : 'gate-closed', { userId: 1 + (i % 2), at: i }),
        );
      }
      for (const filter of [
        {},
        { kind: 'gate-opened' },
        { kind: 'gate-opened', userId: 2 },
        { userId: 1, from: 5, to: 25 },
      ] as const) {
        const all = await stores.audit.list({ ...filter, limit: 100 });
        const seen: AuditRow[] = [];
        let before: number | undefined;
        for (let round = 0; round < 50; round += 1) {
          const { rows, next } = await stores.audit.page({ ...filter, before, limit: 3 });
          seen.push(...rows);
          if (next === null) break;
          before = next;
        }
        expect(seen).toEqual(all);
      }
    });

    it('counts by kind and column, and by telephone, all or of a user', async () => {
      const put = (kind: AuditRow['kind'], at: number, userId: number, caller?: string) =>
        stores.audit.append(entry(kind, { at, userId, ...(caller && { caller }) }));
      await put('attempt-refused', 999, 1, '15550101');
      await put('attempt-refused', 1000, 1, '15550101');
      await put('attempt-refused', 1999, 2, 'withheld');
      await put('gate-opened', 1500, 1);
      // the clock was set back
      await put('attempt-refused', 1200, 2, '15550101');
      await put('attempt-refused', 3000, 1, '15550101');
      await put('attempt-refused', 4000, 1, '15550101');
      const about = { address: '203.0.113.7' as Address, callId: 3, actor: 'call:3' } as const;
      await stores.audit.append(entry('gate-opened', { at: 2500, userId: 1, ...about }));
      const span = { from: 1000, to: 4000 };
      const counted = async (wanted: Partial<AuditTallyWanted>): Promise<unknown[]> => {
        const { counts, next } = await stores.audit.tally({
          ...span,
          by: { step: 1000 },
          ...wanted,
        });
        expect(next).toBeNull();
        return counts
          .map(({ kind, key, count, lastAt }) => [kind, key, count, lastAt].join(' '))
          .sort();
      };
      const opened = 'gate-opened 0 1 1500';
      const byCall = 'gate-opened 1 1 2500';
      const refusals = ['attempt-refused 0 3 1999', 'attempt-refused 2 1 3000'];
      expect(await counted({})).toEqual([...refusals, opened, byCall]);
      expect(await counted({ kinds: ['attempt-refused'] })).toEqual(refusals);
      expect(await counted({ kinds: ['gate-opened', 'attempt-refused'] })).toEqual([
        ...refusals,
        opened,
        byCall,
      ]);
      expect(await counted({ kinds: ['gate-opened', 'gate-closed'] })).toEqual([opened, byCall]);
      expect(await counted(about)).toEqual([byCall]);
      for (const [name, value] of Object.entries(about)) {
        expect(await counted({ [name]: value })).toEqual([byCall]);
      }
      expect(await counted({ ...about, callId: 4 })).toEqual([]);
      expect(await counted({ caller: '15550101', userId: 2 })).toEqual([
        'attempt-refused 0 1 1200',
      ]);
      expect(await counted({ kinds: ['attempt-refused'], userId: 2 })).toEqual([
        'attempt-refused 0 2 1999',
      ]);
      expect(await counted({ userId: 9 })).toEqual([]);
      expect(await counted({ kinds: ['attempt-refused'], by: 'caller' })).toEqual([
        'attempt-refused 15550101 3 3000',
        'attempt-refused withheld 1 1999',
      ]);
      expect(await counted({ kinds: ['attempt-refused'], before: 4 })).toEqual([
        'attempt-refused 0 2 1999',
      ]);
      expect(await counted({ from: 8000, to: 9000 })).toEqual([]);
    });

    it('gives what came after a row, oldest first', async () => {
      expect(await stores.audit.after(0, 10)).toEqual([]);
      expect(await stores.audit.ends()).toEqual({ first: null, last: null });
      for (let i = 0; i < 5; i += 1) await stores.audit.append(entry('gate-opened', { at: 9 - i }));
      const seqs = async (seq: number, limit: number): Promise<number[]> =>
        (await stores.audit.after(seq, limit)).map((row) => row.seq);
      expect(await seqs(0, 10)).toEqual([1, 2, 3, 4, 5]);
      expect(await seqs(2, 2)).toEqual([3, 4]);
      expect(await seqs(5, 1000)).toEqual([]);
      expect(await seqs(-1, 1)).toEqual([1]);
      expect(await stores.audit.ends()).toEqual({ first: 1, last: 5 });
      const [row] = await audit();
      expect(await stores.audit.after(4, 1)).toEqual([row]);
      for (const limit of [0, 1001, 1.5]) await refused(stores.audit.after(0, limit), 'invalid');
    });

    it('tells those who watch when rows can be read, and no more once they have gone', async () => {
      const seen: number[] = [];
      let reads: Promise<void> = Promise.resolve();
      const read = async (): Promise<void> => {
        const rows = await stores.audit.after(seen.at(-1) ?? 0, 100);
        seen.push(...rows.map(({ seq }) => seq));
      };
      const end = stores.audit.watch(() => {
        reads = reads.then(read);
      });
      await stores.audit.append(entry('server-started'));
      // rows that are written with what they tell of, too
      await addUser();
      await settled();
      await reads;
      expect(seen).toEqual([1, 2]);
      end();
      end();
      await stores.audit.append(entry('server-stopped'));
      await settled();
      await reads;
      expect(seen).toEqual([1, 2]);
    });

    it('harms neither writers nor other listeners by one that throws', async () => {
      let told = 0;
      stores.audit.watch(() => {
        throw new Error('a listener fails');
      });
      const count = (): void => {
        told += 1;
      };
      const ends = [stores.audit.watch(count), stores.audit.watch(count)];
      expect((await stores.audit.append(entry('server-started'))).seq).toBe(1);
      await settled();
      expect(told).toBe(2);
      ends[0]?.();
      await stores.audit.append(entry('server-stopped'));
      await settled();
      expect(told).toBe(3);
    });

    it.each(hostile)('keeps hostile text %# as it is', async (text) => {
      const detail = { text, [`key ${text}`]: 1 };
      await stores.audit.append(entry('address-refused', { detail, actor: `cli:${text}` }));
      expect(await audit()).toMatchObject([{ detail, actor: `cli:${text}` }]);
    });

    it('keeps its rows whatever happens to what they tell of', async () => {
      const { id } = await addUser();
      const [before] = await audit();
      await stores.users.change(id, { disabled: true }, entry('user-disabled'));
      expect((await audit()).at(-1)).toEqual(before);
    });
  });
}
