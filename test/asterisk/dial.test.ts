import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { CalledCall, CalledPhone } from '../../lab/asterisk/called-phone.ts';
import type { CallBackOptions } from '../../src/asterisk/exchange-options.ts';
import type { AsteriskExchange } from '../../src/asterisk/exchange.ts';
import type { PhoneNumber } from '../../src/domain/phone-number.ts';
import type { Line } from '../../src/ivr/line.ts';
import { ended, exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { calledBy } from '../fixtures/sip-called.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const number = '15550123' as PhoneNumber;
const usual: CallBackOptions = {
  endpoint: '',
  callerId: '"dialgate" <5550142>',
  ringFor: 5,
};

describe.skipIf(noAsterisk())('dialling by a real Asterisk', () => {
  let asterisk: AsteriskFixture;
  let phone: CalledPhone;
  let exchange: AsteriskExchange;
  let log: string[];
  const taken: Line[] = [];

  beforeAll(async () => {
    const called = await calledBy();
    ({ phone } = called);
    asterisk = await asteriskFixture({
      morePjsip: called.morePjsip,
      moreModules: ['app_dial.so', 'bridge_simple.so'],
      moreDialplan: `
[out]
exten => _X.,1,Dial(PJSIP/telephones/sip:\${EXTEN}@127.0.0.1:${phone.port})
`,
    });
  });
  afterAll(async () => {
    await asterisk.remove();
    phone.close();
  });

  /** Runs with an exchange that calls back as told; nothing may be left of it. */
  async function withExchange(
    callBack: Partial<CallBackOptions> | undefined,
    work: () => Promise<void>,
    timeouts = {},
  ): Promise<void> {
    const endpoint = `PJSIP/telephones/sip:{number}@127.0.0.1:${phone.port}`;
    ({ exchange, log } = exchangeFor(asterisk, {
      timeouts,
      callBack: callBack && { ...usual, endpoint, ...callBack },
    }));
    taken.length = 0;
    exchange.start(async (line) => {
      taken.push(line);
      await line.refuse('busy');
    });
    await until('connected', () => exchange.health().connected);
    try {
      await work();
      await until('no state is left', () => exchange.size === 0);
      await until('no channel is left', async () => (await channels()).length === 0);
    } finally {
      await exchange.stop();
    }
    expect(log.filter((entry) => entry.startsWith('error'))).toEqual([]);
  }

  async function channels(): Promise<{ id: string; name: string }[]> {
    return (await asterisk.ari('GET', 'channels')) as { id: string; name: string }[];
  }

  const lastCall = (): CalledCall => {
    const call = phone.calls.at(-1);
    if (!call) throw new Error('the telephone has not been called');
    return call;
  };

  /** Dials, expecting no answer: what is thrown, and after how many seconds. */
  async function refused(to = number): Promise<{ error: unknown; seconds: number }> {
    const began = performance.now();
    const error: unknown = await exchange.dial(to).catch((e: unknown) => e);
    return { error, seconds: (performance.now() - began) / 1000 };
  }

  test('answered: a line like any other, which take is not told of', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 200 };
      const line = await exchange.dial(number);
      expect(lastCall()).toMatchObject({ number, from: '5550142', state: 'answered' });
      expect(line).toMatchObject({ callerNumber: number, dialled: number, attestation: null });
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await line.answer(); // it has been; no harm
      await lastCall().key('1*2#34');
      await until('all keys are there', () => keys.length === 6);
      expect(keys).toBe('1*2#34');
      expect(await line.play(tone(asterisk.sounds, 'half', 0.5)).finished).toBe('played');
      expect(lastCall().heard()).toBeGreaterThan(20);
      expect(exchange.size).toBe(1);
      await line.hangUp();
      await until('the telephone has been hung up', () => lastCall().state === 'ended');
      expect(taken).toEqual([]);
    }));

  test('keys in the instant of the answer are not lost', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 100 };
      const before = phone.calls.length;
      const dialled = exchange.dial(number);
      await until('it is answered', () => phone.calls[before]?.state === 'answered');
      await lastCall().key('987#');
      const line = await dialled;
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await until('all keys are there', () => keys === '987#');
      await line.hangUp();
    }));

  test('the called party hangs up: the line has ended', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 50 };
      const line = await exchange.dial(number);
      lastCall().hangUp();
      await ended(line);
    }));

  test('busy is told at once', () =>
    withExchange({}, async () => {
      phone.manners = 'busy';
      const { error, seconds } = await refused();
      expect(error).toMatchObject({ code: 'call-failed', message: expect.stringMatching(/busy/) });
      expect(seconds).toBeLessThan(1);
    }));

  test('nobody answers: given up in time, and it stops ringing', () =>
    withExchange({ ringFor: 1 }, async () => {
      phone.manners = 'ring';
      const { error, seconds } = await refused();
      expect(error).toMatchObject({
        code: 'call-failed',
        message: expect.stringMatching(/nobody/),
      });
      expect(seconds).toBeGreaterThan(0.8);
      expect(seconds).toBeLessThan(2.5);
      await until('it has stopped ringing', () => lastCall().state === 'cancelled');
    }));

  test('hung up by the operator while it rings', () =>
    withExchange({}, async () => {
      phone.manners = 'ring';
      const before = phone.calls.length;
      const dialled = refused();
      await until('it rings', () => phone.calls.length > before);
      for (const { id } of await channels()) await asterisk.ari('DELETE', `channels/${id}`);
      expect((await dialled).error).toMatchObject({ code: 'call-failed' });
    }));

  test.each([
    ['an endpoint that is not there', 'PJSIP/{number}@no-such-carrier'],
    ['a kind of channel that is not there', 'NOSUCH/{number}'],
    ['an address where nobody is', 'PJSIP/telephones/sip:{number}@127.0.0.1:9'],
  ])('%s fails in time', (_, endpoint) =>
    withExchange({ endpoint, ringFor: 1 }, async () => {
      const { error, seconds } = await refused();
      expect(error).toMatchObject({ code: 'call-failed' });
      expect(seconds).toBeLessThan(3);
    }),
  );

  test.each(['', '1-2', '123@elsewhere', '1234567890123456'])(
    '%j never reaches the endpoint',
    (bad) =>
      withExchange({}, async () => {
        const before = phone.calls.length;
        expect((await refused(bad as PhoneNumber)).error).toMatchObject({ code: 'call-failed' });
        expect(phone.calls.length).toBe(before);
      }),
  );

  test('without an endpoint configured, it says so', () =>
    withExchange(undefined, async () => {
      expect((await refused()).error).toMatchObject({
        code: 'call-failed',
        message: expect.stringMatching(/endpoint/),
      });
    }));

  test('by way of the dialplan, too (a Local channel)', () =>
    withExchange({ endpoint: 'Local/{number}@out' }, async () => {
      phone.manners = { answerAfterMs: 50 };
      const line = await exchange.dial(number);
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await lastCall().key('42#');
      await until('all keys are there', () => keys === '42#');
      await line.hangUp();
      phone.manners = 'busy';
      expect((await refused()).error).toMatchObject({ code: 'call-failed' });
    }));

  test('Asterisk ends it after its longest time, whatever we do', () =>
    withExchange({ ringFor: 1, longestCall: 1 }, async () => {
      phone.manners = { answerAfterMs: 50 };
      const line = await exchange.dial(number);
      const began = performance.now();
      await ended(line);
      expect(performance.now() - began).toBeLessThan(3000);
    }));

  test('stopping ends what rings and what has been answered', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 50 };
      const line = await exchange.dial(number);
      phone.manners = 'ring';
      const before = phone.calls.length;
      const dialled = refused();
      await until('it rings', () => phone.calls.length > before);
      await exchange.stop();
      expect((await dialled).error).toMatchObject({ code: 'call-failed' });
      expect(line.ended.aborted).toBe(true);
      expect((await refused()).error).toMatchObject({ code: 'call-failed' });
      await until('it has stopped ringing', () => lastCall().state === 'cancelled');
    }));

  test('Asterisk frozen: fails in time, and what it does later is undone', () =>
    withExchange(
      {},
      async () => {
        phone.manners = { answerAfterMs: 100 };
        asterisk.freeze();
        const { error, seconds } = await refused();
        expect(error).toMatchObject({ code: 'call-failed' });
        expect(seconds).toBeLessThan(1);
        expect((await refused()).error).toMatchObject({ code: 'call-failed' });
        asterisk.thaw();
        await until('connected', () => exchange.health().connected);
        await until('all calls are over', async () => (await channels()).length === 0);
        expect(taken).toEqual([]);
      },
      { command: 300 },
    ));

  test('the connection lost while it rings: fails, and is hung up afterwards', () =>
    withExchange({ ringFor: 20 }, async () => {
      phone.manners = 'ring';
      const before = phone.calls.length;
      const dialled = refused();
      await until('it rings', () => phone.calls.length > before);
      await asterisk.kill9();
      expect((await dialled).error).toMatchObject({ code: 'call-failed' });
      expect((await refused()).error).toMatchObject({
        code: 'call-failed',
        message: expect.stringMatching(/not connected/),
      });
      await asterisk.restart();
      await until('connected', () => exchange.health().connected, 20_000);
    }));

  test('what a crash of ours left ringing or talking is ended at connect', async () => {
    const placed = 'dialgate-out-00000000-0000-4000-8000-00000000000';
    const crashed = new WebSocket(
      `${asterisk.ariUrl.replace('http', 'ws')}/ari/events?app=dialgate&api_key=${asterisk.username}:${asterisk.password}`,
    );
    await new Promise((resolve) => crashed.once('open', resolve));
    const place = (id: string): Promise<unknown> =>
      asterisk.ari('POST', `channels/${id}`, {
        endpoint: `PJSIP/telephones/sip:${number}@127.0.0.1:${phone.port}`,
        app: 'dialgate',
        timeout: 20,
      });
    const before = phone.calls.length;
    phone.manners = { answerAfterMs: 10 };
    await place(`${placed}1`);
    await until('the first is answered', () => phone.calls[before]?.state === 'answered');
    phone.manners = 'ring';
    await place(`${placed}2`);
    await until('the second rings', () => phone.calls.length === before + 2);
    crashed.terminate();
    await withExchange({}, async () => {
      const states = (): unknown[] => phone.calls.slice(before).map((call) => call.state);
      await until('both are over', () => states().join() === 'ended,cancelled');
      expect(taken).toEqual([]);
    });
  });

  test('a call answered just after it was given up is hung up, and nobody gets it', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 400 };
      const before = phone.calls.length;
      // as if placed by us and forgotten
      await asterisk.ari('POST', 'channels/dialgate-out-00000000-0000-4000-8000-000000000009', {
        endpoint: `PJSIP/telephones/sip:${number}@127.0.0.1:${phone.port}`,
        app: 'dialgate',
        timeout: 20,
      });
      await until('it is over', () => phone.calls[before]?.state === 'ended');
      expect(taken).toEqual([]);
    }));

  test('ten at once, one line each, each with its own keys', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 200 };
      const before = phone.calls.length;
      const numbers = Array.from({ length: 10 }, (_, i) => `1555018${i}` as PhoneNumber);
      const lines = await Promise.all(numbers.map((to) => exchange.dial(to)));
      expect(lines.map((line) => line.callerNumber)).toEqual(numbers);
      expect(phone.calls.length).toBe(before + 10);
      const keyed = lines.map((line) => {
        const seen = { keys: '' };
        line.onDigit((digit) => (seen.keys += digit));
        return seen;
      });
      await Promise.all(
        phone.calls.slice(before).map((call) => call.key(`${call.number.at(-1)}#`)),
      );
      await until('all keys are there', () => keyed.every(({ keys }) => keys.length === 2));
      expect(keyed.map(({ keys }) => keys)).toEqual(numbers.map((to) => `${to.at(-1)}#`));
      for (const line of lines.slice(0, 5)) {
        phone.calls.find((call) => call.number === line.callerNumber)?.hangUp();
      }
      await Promise.all(lines.slice(5).map((line) => line.hangUp()));
    }));

  test('calls from outside are served beside it, and numbers are in no log', () =>
    withExchange({}, async () => {
      phone.manners = { answerAfterMs: 50 };
      const line = await exchange.dial(number);
      await expect(phoneTo(asterisk)).rejects.toThrow('SIP 486');
      expect(taken).toHaveLength(1);
      await line.hangUp();
      expect(log.join()).not.toContain(number);
    }));
});
