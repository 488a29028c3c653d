import { describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { dialling, number } from '../fixtures/asterisk-dialling.ts';
import { ended, until } from '../fixtures/asterisk-exchange.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('dialling, when something fails', () => {
  const { now, channels, withExchange, refused, lastCall } = dialling();

  test('Asterisk ends it after its longest time, whatever we do', () =>
    withExchange({ ringFor: 1, longestCall: 1 }, async () => {
      now.phone.manners = { answerAfterMs: 50 };
      const line = await now.exchange.dial(number);
      const began = performance.now();
      await ended(line);
      expect(performance.now() - began).toBeLessThan(3000);
    }));

  test('stopping ends what rings and what has been answered', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 50 };
      const line = await now.exchange.dial(number);
      now.phone.manners = 'ring';
      const before = now.phone.calls.length;
      const dialled = refused();
      await until('it rings', () => now.phone.calls.length > before);
      await now.exchange.stop();
      expect((await dialled).error).toMatchObject({ code: 'call-failed' });
      expect(line.ended.aborted).toBe(true);
      expect((await refused()).error).toMatchObject({ code: 'call-failed' });
      await until('it has stopped ringing', () => lastCall().state === 'cancelled');
    }));

  test('Asterisk frozen: fails in time, and what it does later is undone', () =>
    withExchange(
      {},
      async () => {
        now.phone.manners = { answerAfterMs: 100 };
        now.asterisk.freeze();
        const { error, seconds } = await refused();
        expect(error).toMatchObject({ code: 'call-failed' });
        expect(seconds).toBeLessThan(1);
        expect((await refused()).error).toMatchObject({ code: 'call-failed' });
        now.asterisk.thaw();
        await until('connected', () => now.exchange.health().connected);
        await until('all calls are over', async () => (await channels()).length === 0);
        expect(now.taken).toEqual([]);
      },
      { command: 300 },
    ));

  test('the connection lost while it rings: fails, and is hung up afterwards', () =>
    withExchange({ ringFor: 20 }, async () => {
      now.phone.manners = 'ring';
      const before = now.phone.calls.length;
      const dialled = refused();
      await until('it rings', () => now.phone.calls.length > before);
      await now.asterisk.kill9();
      expect((await dialled).error).toMatchObject({ code: 'call-failed' });
      expect((await refused()).error).toMatchObject({
        code: 'call-failed',
        message: expect.stringMatching(/not connected/),
      });
      await now.asterisk.restart();
      await until('connected', () => now.exchange.health().connected, 20_000);
    }));

  test('what a crash of ours left ringing or talking is ended at connect', async () => {
    const placed = 'dialgate-out-00000000-0000-4000-8000-00000000000';
    const crashed = new WebSocket(
      `${now.asterisk.ariUrl.replace('http', 'ws')}/ari/events?app=dialgate&api_key=${now.asterisk.username}:${now.asterisk.password}`,
    );
    await new Promise((resolve) => crashed.once('open', resolve));
    const place = (id: string): Promise<unknown> =>
      now.asterisk.ari('POST', `channels/${id}`, {
        endpoint: `PJSIP/telephones/sip:${number}@127.0.0.1:${now.phone.port}`,
        app: 'dialgate',
        timeout: 20,
      });
    const before = now.phone.calls.length;
    now.phone.manners = { answerAfterMs: 10 };
    await place(`${placed}1`);
    await until('the first is answered', () => now.phone.calls[before]?.state === 'answered');
    now.phone.manners = 'ring';
    await place(`${placed}2`);
    await until('the second rings', () => now.phone.calls.length === before + 2);
    crashed.terminate();
    await withExchange({}, async () => {
      const states = (): unknown[] => now.phone.calls.slice(before).map((call) => call.state);
      await until('both are over', () => states().join() === 'ended,cancelled');
      expect(now.taken).toEqual([]);
    });
  });

  test('a call answered just after it was given up is hung up, and nobody gets it', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 400 };
      const before = now.phone.calls.length;
      // as if placed by us and forgotten
      await now.asterisk.ari('POST', 'channels/dialgate-out-00000000-0000-4000-8000-000000000009', {
        endpoint: `PJSIP/telephones/sip:${number}@127.0.0.1:${now.phone.port}`,
        app: 'dialgate',
        timeout: 20,
      });
      await until('it is over', () => now.phone.calls[before]?.state === 'ended');
      expect(now.taken).toEqual([]);
    }));
});
