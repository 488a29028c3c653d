import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Digit, Line, Sound } from '../../src/ivr/line.ts';

/** A call under way, as the suite needs it; the line has been answered. */
export interface Conversation {
  readonly line: Line;
  readonly callerKeys: (keys: string) => Promise<void>;
  readonly callerHangsUp: () => void;
  /** Something to play that lasts so many seconds. */
  readonly sound: (seconds: number) => Sound;
  /** Something that cannot be played. */
  readonly missing: Sound;
  readonly end: () => Promise<void>;
}

/** What every line promises (src/ivr/line.ts): Asterisk's and the scripted one. */
export function lineContract(name: string, begin: () => Promise<Conversation>): void {
  describe(`${name} keeps the promises of a line`, () => {
    let talk: Conversation;
    beforeEach(async () => {
      talk = await begin();
    });
    afterEach(() => talk.end());

    const elapsed = async (work: Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work;
      return (performance.now() - began) / 1000;
    };

    test('a sound is played to its end, in its time', async () => {
      const { finished } = talk.line.play(talk.sound(0.5));
      const seconds = await elapsed(finished);
      expect(await finished).toBe('played');
      expect(seconds).toBeGreaterThan(0.35);
      expect(seconds).toBeLessThan(2);
    });

    test('a sound is stopped at once, and stopping it again is no error', async () => {
      const playing = talk.line.play(talk.sound(5));
      setTimeout(() => playing.stop(), 100);
      const seconds = await elapsed(playing.finished);
      expect(await playing.finished).toBe('stopped');
      expect(seconds).toBeLessThan(2);
      playing.stop();
    });

    test('what cannot be played has failed, in bounded time', async () => {
      expect(await talk.line.play(talk.missing).finished).toBe('failed');
    });

    test('a sound of two files is one, with one end', async () => {
      const { paths } = talk.sound(0.3);
      const { finished } = talk.line.play({ paths: [...paths, ...paths], length: 0.6 });
      const seconds = await elapsed(finished);
      expect(await finished).toBe('played');
      expect(seconds).toBeGreaterThan(0.45);
      expect(seconds).toBeLessThan(2);
    });

    test('refusing ends it, never rejects, and may be said again', async () => {
      await Promise.all([talk.line.refuse('busy'), talk.line.hangUp()]);
      expect(talk.line.ended.aborted).toBe(true);
      await talk.line.refuse('congestion');
    });

    test('keys that came before anybody listened are delivered, in order', async () => {
      await talk.callerKeys('12*');
      let keys = '';
      talk.line.onDigit((digit: Digit) => (keys += digit));
      await talk.callerKeys('34#');
      await expect.poll(() => keys, { timeout: 5000 }).toBe('12*34#');
    });

    test.each(['we', 'the caller'])(
      'when %s hang up, it has ended and sounds stop',
      async (who) => {
        const playing = talk.line.play(talk.sound(5));
        setTimeout(() => (who === 'we' ? void talk.line.hangUp() : talk.callerHangsUp()), 100);
        expect(await playing.finished).toBe('stopped');
        await expect.poll(() => talk.line.ended.aborted, { timeout: 5000 }).toBe(true);
        expect(await talk.line.play(talk.sound(1)).finished).toBe('stopped');
        await talk.line.hangUp();
      },
    );
  });
}
