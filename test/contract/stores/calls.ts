import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/domain/attempt.ts';
import { entry, hostile, newCall, refused, type Bench } from './bench.ts';

export function callsContract({ stores, addUser, audit }: Bench): void {
  const begin = (rest: Parameters<typeof newCall>[0] = {}): Promise<CallRecord> =>
    stores.calls.begin(
      newCall({ callerNumber: '555-0101', beganAt: 700, ...rest }),
      entry('call-began'),
    );

  describe('calls', () => {
    it('begins and ends, each with its entry', async () => {
      const { id: userId } = await addUser();
      const call = await begin();
      expect(call).toEqual({
        id: call.id,
        callerNumber: '555-0101',
        dialled: '100',
        attestation: null,
        callBackOf: null,
        beganAt: 700,
        endedAt: null,
        outcome: null,
        userId: null,
      });
      expect(await stores.calls.unended()).toEqual([call]);
      expect(await stores.calls.list({ limit: 10, inProgress: true })).toEqual([call]);
      await stores.calls.end(call.id, 900, 'opened', userId, entry('call-ended'));
      expect(await stores.calls.unended()).toEqual([]);
      expect(await stores.calls.list({ limit: 10, inProgress: true })).toEqual([]);
      const ended = { ...call, endedAt: 900, outcome: 'opened', userId };
      expect(await stores.calls.list({ limit: 10 })).toEqual([ended]);
      expect((await audit()).slice(0, 2)).toMatchObject([
        { kind: 'call-ended', callId: call.id },
        { kind: 'call-began', callId: call.id },
      ]);
    });

    it('keeps what a call came with, and which call it answers', async () => {
      const first = await begin({ attestation: 'B' });
      const second = await begin({ attestation: null, callBackOf: first.id });
      expect(await stores.calls.list({ limit: 2 })).toMatchObject([
        { id: second.id, attestation: null, callBackOf: first.id },
        { id: first.id, attestation: 'B', callBackOf: null },
      ]);
      const before = await audit();
      await refused(begin({ callBackOf: 99 }), 'not-found');
      expect(await audit()).toEqual(before);
    });

    it('ends a call once: a second end changes nothing and writes nothing', async () => {
      const { id } = await begin();
      await stores.calls.end(id, 900, 'refused', null, entry('call-ended'));
      const before = await audit();
      await stores.calls.end(id, 950, 'interrupted', null, entry('call-ended'));
      expect(await stores.calls.list({ limit: 1 })).toMatchObject([
        { endedAt: 900, outcome: 'refused' },
      ]);
      expect(await audit()).toEqual(before);
    });

    it('refuses the end of an unknown call or with an unknown user', async () => {
      const { id } = await begin();
      const before = await audit();
      await refused(stores.calls.end(id + 1, 1, 'failed', null, entry('call-ended')), 'not-found');
      await refused(stores.calls.end(id, 1, 'failed', 55, entry('call-ended')), 'not-found');
      expect(await stores.calls.unended()).toHaveLength(1);
      expect(await audit()).toEqual(before);
    });

    it('keeps a withheld number apart from an empty one', async () => {
      for (const callerNumber of [null, '', ...hostile]) {
        await begin({ callerNumber, dialled: callerNumber ?? '' });
      }
      const numbers = (await stores.calls.list({ limit: 100 })).map((call) => call.callerNumber);
      expect(numbers.toReversed()).toEqual([null, '', ...hostile]);
    });

    it('knows from which numbers a user was recognised, and since when', async () => {
      const [mira, otto] = [await addUser('mira'), await addUser('otto')];
      const recognised = async (caller: string | null, beganAt: number): Promise<void> => {
        const { id } = await begin({ callerNumber: caller, beganAt });
        await stores.calls.end(id, beganAt + 10, 'opened', mira.id, entry('call-ended'));
      };
      const knows = (userId: number, caller: string, since: number): Promise<boolean> =>
        stores.calls.recognisedFrom(userId, [caller], since);
      await recognised('555-0101', 700);
      await recognised(null, 800);
      // not recognised: still on the line, or refused
      await begin({ callerNumber: '555-0102' });
      const { id } = await begin({ callerNumber: '555-0103' });
      await stores.calls.end(id, 900, 'refused', null, entry('call-ended'));

      expect(await knows(mira.id, '555-0101', 700)).toBe(true);
      expect(await knows(mira.id, '555-0101', 701)).toBe(false);
      expect(await knows(otto.id, '555-0101', 0)).toBe(false);
      for (const other of ['555-0102', '555-0103', '5550101', '', 'withheld']) {
        expect(await knows(mira.id, other, 0)).toBe(false);
      }
      // one of several will do
      const any = (...numbers: string[]) => stores.calls.recognisedFrom(mira.id, numbers, 700);
      expect(await any('555-0102', "'", '555-0101')).toBe(true);
      expect(await any('555-0102', '555-0103')).toBe(false);
      expect(await any()).toBe(false);
    });

    it.each([
      ['PIN', (id: number) => stores.users.setPin(id, 'new', entry('pin-reset'))],
      ['knock code', (id: number) => stores.users.setKnockCode(id, 'n', entry('knock-code-reset'))],
    ])(
      'knows no number any more from before a new %s, whatever the clock says',
      async (_, renew) => {
        const [mira, otto] = [await addUser('mira'), await addUser('otto')];
        const call = async (userId: number, caller: string): Promise<void> => {
          const { id } = await begin({ callerNumber: caller, beganAt: 9_000 });
          await stores.calls.end(id, 9_001, 'opened', userId, entry('call-ended'));
        };
        const knows = (userId: number, caller: string): Promise<boolean> =>
          stores.calls.recognisedFrom(userId, [caller], 0);
        await call(mira.id, '555-0101');
        await call(otto.id, '555-0102');
        const during = await begin({ callerNumber: '555-0103' });
        await renew(mira.id);
        await stores.calls.end(during.id, 9_001, 'opened', mira.id, entry('call-ended'));
        expect(await knows(mira.id, '555-0101')).toBe(false);
        expect(await knows(mira.id, '555-0103')).toBe(false);
        expect(await knows(otto.id, '555-0102')).toBe(true);
        await stores.users.change(mira.id, { language: 'de' }, entry('user-changed'));
        await call(mira.id, '555-0101');
        expect(await knows(mira.id, '555-0101')).toBe(true);
      },
    );
  });
}
