import { EventEmitter } from 'node:events';
import { connect } from 'ari-client';
import { describe, expect, test, vi } from 'vitest';
import type { PlaybackEnd } from '../../src/ivr/line.ts';
import { ended, until } from '../fixtures/asterisk-exchange.ts';
import { gatherer, takingLines } from '../fixtures/asterisk-lines.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';
import { phone as sipp } from '../../lab/asterisk/sipp.ts';
import { freeUdpPort } from '../fixtures/free-ports.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('a line of a real Asterisk', () => {
  const lines = takingLines();

  test('says who called and what was dialled', async () => {
    let seen: [string | null, string] | undefined;
    lines.take = async (line) => {
      seen = [line.callerNumber, line.dialled];
      await line.answer();
    };
    const call = await phoneTo(lines.asterisk, { callerNumber: '5550117' });
    expect(await call.ended).toBe('them');
    expect(seen).toEqual(['5550117', '5550142']);
  });

  test('a call that is not answered is refused', async () => {
    await expect(phoneTo(lines.asterisk)).rejects.toThrow(/not answered: SIP (403|503|603)/);
  });

  test('keys in the instant of the answer arrive, before anyone listens too', async () => {
    const keys = '1234567890*#';
    let digits = '';
    lines.take = async (line) => {
      await line.answer();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      line.onDigit((digit) => (digits += digit));
      await ended(line);
    };
    const call = await phoneTo(lines.asterisk, { keysAtAnswer: keys });
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
      lines.take = wanted.take;
      const call = await phoneTo(lines.asterisk, { timing });
      await call.key(keys);
      await until('all are there', () => wanted.keys().length >= keys.length, 3000).catch(
        () => undefined,
      );
      call.hangUp();
      expect(wanted.keys()).toBe(keys);
    },
  );

  test('keys of another telephone, SIPp, arrive', async () => {
    const wanted = gatherer();
    lines.take = wanted.take;
    const call = sipp(
      { segments: [{ waitMs: 100, keys: '42#' }], hangUpAfterMs: 100 },
      {
        home: lines.asterisk.home,
        extension: lines.asterisk.extension,
        callerNumber: '5550199',
        to: lines.asterisk.sip,
        from: { address: '127.0.0.1', port: await freeUdpPort(), rtpPort: await freeUdpPort() },
      },
    );
    expect(await call.ended).toEqual({ ok: true, why: '' });
    expect(wanted.keys()).toBe('42#');
  });

  test('a sound is played to its end', async () => {
    let end: PlaybackEnd | undefined;
    const sound = tone(lines.asterisk.sounds, 'half', 0.5);
    lines.take = async (line) => {
      await line.answer();
      end = await line.play(sound).finished;
    };
    const call = await phoneTo(lines.asterisk);
    await call.ended;
    expect(end).toBe('played');
    expect(call.heard().packets).toBeGreaterThan(20);
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(900);
  });

  test('a sound that is stopped falls silent at once, and the next one is heard', async () => {
    const ends: PlaybackEnd[] = [];
    const long = tone(lines.asterisk.sounds, 'long', 10);
    const short = tone(lines.asterisk.sounds, 'short', 0.2);
    lines.take = async (line) => {
      await line.answer();
      const playing = line.play(long);
      await new Promise((resolve) => setTimeout(resolve, 300));
      playing.stop();
      playing.stop();
      ends.push(await playing.finished, await line.play(short).finished);
    };
    const call = await phoneTo(lines.asterisk);
    await call.ended;
    expect(ends).toEqual(['stopped', 'played']);
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(1000);
  });

  test('a stop in the same instant as the start is not lost', async () => {
    const long = tone(lines.asterisk.sounds, 'long', 10);
    lines.take = async (line) => {
      await line.answer();
      line.play(long).stop();
      await new Promise((resolve) => setTimeout(resolve, 600));
    };
    const call = await phoneTo(lines.asterisk);
    await call.ended;
    expect(call.heard().lastAt - call.answeredAt).toBeLessThan(400);
  });

  test('a file that is missing fails', async () => {
    let end: PlaybackEnd | undefined;
    lines.take = async (line) => {
      await line.answer();
      end = await line.play({ paths: [`${lines.asterisk.sounds}/missing`], length: 1 }).finished;
    };
    await (
      await phoneTo(lines.asterisk)
    ).ended;
    expect(end).toBe('failed');
  });

  test('a hang-up is seen at once and stops what is being played', async () => {
    const long = tone(lines.asterisk.sounds, 'long', 10);
    let seenAt = 0;
    let end: PlaybackEnd | undefined;
    let after: PlaybackEnd | undefined;
    lines.take = async (line) => {
      await line.answer();
      end = await line.play(long).finished;
      seenAt = performance.now();
      after = await line.play(long).finished;
    };
    const call = await phoneTo(lines.asterisk);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = performance.now();
    call.hangUp();
    await until('it is seen', () => after !== undefined);
    expect([end, after]).toEqual(['stopped', 'stopped']);
    expect(seenAt - at).toBeLessThan(100);
  });

  test('hanging up twice, and answering what has gone, do not hang', async () => {
    let answer: unknown;
    lines.take = async (line) => {
      await line.answer();
      await Promise.all([line.hangUp(), line.hangUp()]);
      expect(line.ended.aborted).toBe(true);
      answer = await line.answer().catch((error: unknown) => error);
    };
    const call = await phoneTo(lines.asterisk);
    expect(await call.ended).toBe('them');
    await until('answered', () => answer !== undefined);
    expect(answer).toMatchObject({ code: 'internal' });
  });

  test('a call whose program fails is hung up', async () => {
    lines.take = async (line) => {
      await line.answer();
      throw new Error('a fault of the call flow');
    };
    expect(await (await phoneTo(lines.asterisk)).ended).toBe('them');
    expect(lines.log.some((entry) => entry.includes('a fault of the call flow'))).toBe(true);
    lines.log.length = 0;
  });

  test('20 calls at once, some vanishing in mid sound, leave nothing behind', async () => {
    const sound = tone(lines.asterisk.sounds, 'half', 0.5);
    const digits = new Map<string, string>();
    lines.take = async (line) => {
      await line.answer();
      const number = line.callerNumber ?? '';
      line.onDigit((digit) => digits.set(number, (digits.get(number) ?? '') + digit));
      await line.play(sound).finished;
      await Promise.race([ended(line), new Promise((resolve) => setTimeout(resolve, 1500))]);
    };
    const calls = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        phoneTo(lines.asterisk, {
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
    const throwaway = await connect(
      lines.asterisk.ariUrl,
      lines.asterisk.username,
      lines.asterisk.password,
    );
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
    lines.take = async (line) => {
      await line.answer();
      await line.play(tone(lines.asterisk.sounds, 'short', 0.2)).finished;
    };
    await (
      await phoneTo(lines.asterisk)
    ).ended;
    const before = counts();
    for (let calls = 0; calls < 4; calls += 1) await (await phoneTo(lines.asterisk)).ended;
    expect(before).toHaveLength(1);
    expect(counts()).toEqual(before);
    Reflect.deleteProperty(prototype as object, 'emit');
  });

  test('digits are in no log', () => {
    expect(lines.asterisk.logged()).not.toMatch(/DTMF|1234567890/i);
  });
});
