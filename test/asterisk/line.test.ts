import { EventEmitter } from 'node:events';
import { connect } from 'ari-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AsteriskExchange } from '../../src/asterisk/exchange.ts';
import type { Line, PlaybackEnd } from '../../src/ivr/line.ts';
import { ended, exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';
import { phone as sipp } from '../../lab/asterisk/sipp.ts';
import { freeUdpPort } from '../fixtures/free-ports.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('a line of a real Asterisk', () => {
  let asterisk: AsteriskFixture;
  let exchange: AsteriskExchange;
  let log: string[];
  /** What the next calls do. */
  let take: (line: Line) => Promise<void>;

  beforeAll(async () => {
    asterisk = await asteriskFixture();
  });
  afterAll(() => asterisk.remove());
  beforeEach(async () => {
    take = async () => undefined;
    ({ exchange, log } = exchangeFor(asterisk));
    exchange.start((line) => take(line));
    await until('connected', () => exchange.health().connected);
  });
  afterEach(async () => {
    await until('no state is left', () => exchange.size === 0);
    await until('no channel is left', async () => {
      const channels = await asterisk.ari('GET', 'channels');
      return Array.isArray(channels) && channels.length === 0;
    });
    await exchange.stop();
    expect(log.filter((entry) => entry.startsWith('error'))).toEqual([]);
  });

  /** Answers, and gathers digits until the caller hangs up. */
  function gatherer(): { digits: () => string; take: (line: Line) => Promise<void> } {
    let digits = '';
    return {
      digits: () => digits,
      take: async (line) => {
        await line.answer();
        line.onDigit((digit) => (digits += digit));
        await ended(line);
      },
    };
  }

  test('says who called and what was dialled', async () => {
    let seen: [string | null, string] | undefined;
    take = async (line) => {
      seen = [line.callerNumber, line.dialled];
      await line.answer();
    };
    const call = await phoneTo(asterisk, { callerNumber: '5550117' });
    expect(await call.ended).toBe('them');
    expect(seen).toEqual(['5550117', '5550142']);
  });

  test('a call that is not answered is refused', async () => {
    await expect(phoneTo(asterisk)).rejects.toThrow(/not answered: SIP (403|503|603)/);
  });

  test('keys in the instant of the answer arrive, before anyone listens too', async () => {
    const keys = '1234567890*#';
    let digits = '';
    take = async (line) => {
      await line.answer();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      line.onDigit((digit) => (digits += digit));
      await ended(line);
    };
    const call = await phoneTo(asterisk, { keysAtAnswer: keys });
    await until('all are there', () => digits.length >= keys.length);
    call.hangUp();
    expect(digits).toBe(keys);
  });

  test.each([
    { toneMs: 40, gapMs: 50 },
    { toneMs: 100, gapMs: 45 },
    { toneMs: 200, gapMs: 100 },
  ])(
    'fast keys, equal ones too, arrive once each ($toneMs ms, $gapMs ms apart)',
    async (timing) => {
      const keys = '11223344*1000#9990';
      const wanted = gatherer();
      take = wanted.take;
      const call = await phoneTo(asterisk, { timing });
      await call.key(keys);
      await until('all are there', () => wanted.digits().length >= keys.length, 3000).catch(
        () => undefined,
      );
      call.hangUp();
      expect(wanted.digits()).toBe(keys);
    },
  );

  test('keys of another telephone, SIPp, arrive', async () => {
    const wanted = gatherer();
    take = wanted.take;
    const call = sipp(
      { segments: [{ waitMs: 100, keys: '42#' }], hangUpAfterMs: 100 },
      {
        home: asterisk.home,
        extension: asterisk.extension,
        callerNumber: '5550199',
        to: asterisk.sip,
        from: { address: '127.0.0.1', port: await freeUdpPort(), rtpPort: await freeUdpPort() },
      },
    );
    expect(await call.ended).toEqual({ ok: true, why: '' });
    expect(wanted.digits()).toBe('42#');
  });

  test('a sound is played to its end', async () => {
    let end: PlaybackEnd | undefined;
    const sound = tone(asterisk.sounds, 'half', 0.5);
    take = async (line) => {
      await line.answer();
      end = await line.play(sound).finished;
    };
    const call = await phoneTo(asterisk);
    await call.ended;
    expect(end).toBe('played');
    expect(call.heard().packets).toBeGreaterThan(20);
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(900);
  });

  test('a sound that is stopped falls silent at once, and the next one is heard', async () => {
    const ends: PlaybackEnd[] = [];
    const long = tone(asterisk.sounds, 'long', 10);
    const short = tone(asterisk.sounds, 'short', 0.2);
    take = async (line) => {
      await line.answer();
      const playing = line.play(long);
      await new Promise((resolve) => setTimeout(resolve, 300));
      playing.stop();
      playing.stop();
      ends.push(await playing.finished, await line.play(short).finished);
    };
    const call = await phoneTo(asterisk);
    await call.ended;
    expect(ends).toEqual(['stopped', 'played']);
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(1000);
  });

  test('a stop in the same instant as the start is not lost', async () => {
    const long = tone(asterisk.sounds, 'long', 10);
    take = async (line) => {
      await line.answer();
      line.play(long).stop();
      await new Promise((resolve) => setTimeout(resolve, 600));
    };
    const call = await phoneTo(asterisk);
    await call.ended;
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(400);
  });

  test('a file that is missing fails', async () => {
    let end: PlaybackEnd | undefined;
    take = async (line) => {
      await line.answer();
      end = await line.play({ paths: [`${asterisk.sounds}/missing`], length: 1 }).finished;
    };
    await (
      await phoneTo(asterisk)
    ).ended;
    expect(end).toBe('failed');
  });

  test('a sound that never ends fails after its length and a margin', async () => {
    const long = tone(asterisk.sounds, 'long', 10);
    let end: PlaybackEnd | undefined;
    await exchange.stop();
    ({ exchange, log } = exchangeFor(asterisk, { timeouts: { playMargin: 300 } }));
    exchange.start((line) => take(line));
    await until('connected', () => exchange.health().connected);
    take = async (line) => {
      await line.answer();
      end = await line.play({ paths: long.paths, length: 0.2 }).finished;
    };
    const call = await phoneTo(asterisk);
    await call.ended;
    expect(end).toBe('failed');
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(1000);
  });

  test('a hang-up is seen at once and stops what is being played', async () => {
    const long = tone(asterisk.sounds, 'long', 10);
    let seenAt = 0;
    let end: PlaybackEnd | undefined;
    let after: PlaybackEnd | undefined;
    take = async (line) => {
      await line.answer();
      end = await line.play(long).finished;
      seenAt = performance.now();
      after = await line.play(long).finished;
    };
    const call = await phoneTo(asterisk);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = performance.now();
    call.hangUp();
    await until('it is seen', () => after !== undefined);
    expect([end, after]).toEqual(['stopped', 'stopped']);
    expect(seenAt - at).toBeLessThan(100);
  });

  test('hanging up twice, and answering what has gone, do not hang', async () => {
    let answer: unknown;
    take = async (line) => {
      await line.answer();
      await Promise.all([line.hangUp(), line.hangUp()]);
      expect(line.ended.aborted).toBe(true);
      answer = await line.answer().catch((error: unknown) => error);
    };
    const call = await phoneTo(asterisk);
    expect(await call.ended).toBe('them');
    await until('answered', () => answer !== undefined);
    expect(answer).toMatchObject({ code: 'internal' });
  });

  test('a call whose program fails is hung up', async () => {
    take = async (line) => {
      await line.answer();
      throw new Error('a fault of the call flow');
    };
    expect(await (await phoneTo(asterisk)).ended).toBe('them');
    expect(log.some((entry) => entry.includes('a fault of the call flow'))).toBe(true);
    log.length = 0;
  });

  test('20 calls at once, some vanishing in mid sound, leave nothing behind', async () => {
    const sound = tone(asterisk.sounds, 'half', 0.5);
    const digits = new Map<string, string>();
    take = async (line) => {
      await line.answer();
      const number = line.callerNumber ?? '';
      line.onDigit((digit) => digits.set(number, (digits.get(number) ?? '') + digit));
      await line.play(sound).finished;
      await Promise.race([ended(line), new Promise((resolve) => setTimeout(resolve, 1500))]);
    };
    const calls = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        phoneTo(asterisk, {
          callerNumber: `55501${String(i).padStart(2, '0')}`,
          keysAtAnswer: `${i}#`,
        }),
      ),
    );
    for (const call of calls.slice(0, 5)) setTimeout(() => call.hangUp(), 300);
    await Promise.all(calls.map((call) => call.ended));
    for (let i = 5; i < 20; i += 1) {
      expect(digits.get(`55501${String(i).padStart(2, '0')}`)).toBe(`${i}#`);
    }
  });

  test('calls add no listeners to ari-client, which would keep them for ever', async () => {
    // whatever client speaks up from now on, by way of their common prototype
    const throwaway = await connect(asterisk.ariUrl, asterisk.username, asterisk.password);
    const prototype: unknown = Object.getPrototypeOf(throwaway);
    const clients = new Set<object>();
    const counts = (): number[] =>
      [...clients].map((client) => {
        const { _instanceListeners } = client as { _instanceListeners: object };
        const emitter = client as EventEmitter;
        const own = emitter.eventNames().map((name) => emitter.listenerCount(name));
        return own.reduce((sum, n) => sum + n, Object.keys(_instanceListeners).length);
      });
    const { emit } = EventEmitter.prototype;
    Object.assign(prototype as object, {
      emit(this: EventEmitter, name: string, ...args: unknown[]) {
        clients.add(this);
        return emit.call(this, name, ...args);
      },
    });
    take = async (line) => {
      await line.answer();
      await line.play(tone(asterisk.sounds, 'short', 0.2)).finished;
    };
    await (
      await phoneTo(asterisk)
    ).ended;
    const before = counts();
    for (let calls = 0; calls < 4; calls += 1) await (await phoneTo(asterisk)).ended;
    expect(before).toHaveLength(1);
    expect(counts()).toEqual(before);
    Reflect.deleteProperty(prototype as object, 'emit');
  });

  test('digits are in no log', () => {
    expect(asterisk.logged()).not.toMatch(/DTMF|1234567890/i);
  });
});
