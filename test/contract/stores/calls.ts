import { describe, expect, it } from 'vitest';
import type { Stores } from '../../../src/domain/ports.ts';
import { entry, hostile, refused, type Bench } from './bench.ts';

export function callsContract({ stores, addUser, audit }: Bench): void {
  const begin = (): ReturnType<Stores['calls']['begin']> =>
    stores.calls.begin(
      { callerNumber: '555-0101', dialled: '100', beganAt: 700 },
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
        beganAt: 700,
        endedAt: null,
        outcome: null,
        userId: null,
      });
      expect(await stores.calls.unended()).toEqual([call]);
      await stores.calls.end(call.id, 900, 'opened', userId, entry('call-ended'));
      expect(await stores.calls.unended()).toEqual([]);
      const ended = { ...call, endedAt: 900, outcome: 'opened', userId };
      expect(await stores.calls.list({ limit: 10 })).toEqual([ended]);
      expect((await audit()).slice(0, 2)).toMatchObject([
        { kind: 'call-ended', callId: call.id },
        { kind: 'call-began', callId: call.id },
      ]);
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
        const dialled = callerNumber ?? '';
        await stores.calls.begin({ callerNumber, dialled, beganAt: 1 }, entry('call-began'));
      }
      const numbers = (await stores.calls.list({ limit: 100 })).map((call) => call.callerNumber);
      expect(numbers.toReversed()).toEqual([null, '', ...hostile]);
    });
  });
}
