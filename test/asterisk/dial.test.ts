import { describe, expect, test, vi } from 'vitest';
import type { PhoneNumber } from '../../src/domain/phone-number.ts';
import { dialling, number } from '../fixtures/asterisk-dialling.ts';
import { ended, until } from '../fixtures/asterisk-exchange.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('dialling by a real Asterisk', () => {
  const { now, channels, withExchange, refused, lastCall } = dialling();

  test('answered: a line like any other, which take is not told of', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 200 };
      const line = await now.exchange.dial(number);
      expect(lastCall()).toMatchObject({ number, from: '5550142', state: 'answered' });
      expect(line).toMatchObject({ callerNumber: number, dialled: number, attestation: null });
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await line.answer(); // it has been; no harm
      await lastCall().key('1*2#34');
      await until('all keys are there', () => keys.length === 6);
      expect(keys).toBe('1*2#34');
      expect(await line.play(tone(now.asterisk.sounds, 'half', 0.5)).finished).toBe('played');
      expect(lastCall().heard()).toBeGreaterThan(20);
      expect(now.exchange.size).toBe(1);
      await line.hangUp();
      await until('the telephone has been hung up', () => lastCall().state === 'ended');
      expect(now.taken).toEqual([]);
    }));

  test('keys in the instant of the answer are not lost', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 100 };
      const before = now.phone.calls.length;
      const dialled = now.exchange.dial(number);
      await until('it is answered', () => now.phone.calls[before]?.state === 'answered');
      await lastCall().key('987#');
      const line = await dialled;
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await until('all keys are there', () => keys === '987#');
      await line.hangUp();
    }));

  test('the called party hangs up: the line has ended', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 50 };
      const line = await now.exchange.dial(number);
      lastCall().hangUp();
      await ended(line);
    }));

  test('busy is told at once', () =>
    withExchange({}, async () => {
      now.phone.manners = 'busy';
      const { error, seconds } = await refused();
      expect(error).toMatchObject({ code: 'call-failed', message: expect.stringMatching(/busy/) });
      expect(seconds).toBeLessThan(1);
    }));

  test('nobody answers: given up in time, and it stops ringing', () =>
    withExchange({ ringFor: 1 }, async () => {
      now.phone.manners = 'ring';
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
      now.phone.manners = 'ring';
      const before = now.phone.calls.length;
      const dialled = refused();
      await until('it rings', () => now.phone.calls.length > before);
      for (const { id } of await channels()) await now.asterisk.ari('DELETE', `channels/${id}`);
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
        const before = now.phone.calls.length;
        expect((await refused(bad as PhoneNumber)).error).toMatchObject({ code: 'call-failed' });
        expect(now.phone.calls.length).toBe(before);
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
      now.phone.manners = { answerAfterMs: 50 };
      const line = await now.exchange.dial(number);
      let keys = '';
      line.onDigit((digit) => (keys += digit));
      await lastCall().key('42#');
      await until('all keys are there', () => keys === '42#');
      await line.hangUp();
      now.phone.manners = 'busy';
      expect((await refused()).error).toMatchObject({ code: 'call-failed' });
    }));

  test('ten at once, one line each, each with its own keys', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 200 };
      const before = now.phone.calls.length;
      const numbers = Array.from({ length: 10 }, (_, i) => `1555018${i}` as PhoneNumber);
      const lines = await Promise.all(numbers.map((to) => now.exchange.dial(to)));
      expect(lines.map((line) => line.callerNumber)).toEqual(numbers);
      expect(now.phone.calls.length).toBe(before + 10);
      const keyed = lines.map((line) => {
        const seen = { keys: '' };
        line.onDigit((digit) => (seen.keys += digit));
        return seen;
      });
      await Promise.all(
        now.phone.calls.slice(before).map((call) => call.key(`${call.number.at(-1)}#`)),
      );
      await until('all keys are there', () => keyed.every(({ keys }) => keys.length === 2));
      expect(keyed.map(({ keys }) => keys)).toEqual(numbers.map((to) => `${to.at(-1)}#`));
      for (const line of lines.slice(0, 5)) {
        now.phone.calls.find((call) => call.number === line.callerNumber)?.hangUp();
      }
      await Promise.all(lines.slice(5).map((line) => line.hangUp()));
    }));

  test('calls from outside are served beside it, and numbers are in no log', () =>
    withExchange({}, async () => {
      now.phone.manners = { answerAfterMs: 50 };
      const line = await now.exchange.dial(number);
      await expect(phoneTo(now.asterisk)).rejects.toThrow('SIP 486');
      expect(now.taken).toHaveLength(1);
      await line.hangUp();
      expect(now.log.join()).not.toContain(number);
    }));
});
