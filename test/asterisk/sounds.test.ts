import { describe, expect, test, vi } from 'vitest';
import type { PlaybackEnd, Sound } from '../../src/ivr/line.ts';
import { takingLines } from '../fixtures/asterisk-lines.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const together = (...sounds: readonly Sound[]): Sound => ({
  paths: sounds.flatMap(({ paths }) => paths),
  length: sounds.reduce((sum, { length }) => sum + length, 0),
});

describe.skipIf(noAsterisk())('sounds of several files', () => {
  // a busy machine plays late; half of the longest below is more than this
  const lines = takingLines({}, () => ({ timeouts: { playMargin: 1400 } }));
  const short = (): Sound => tone(lines.asterisk.sounds, 'short', 0.2);
  const missing = (): Sound => ({ paths: [`${lines.asterisk.sounds}/missing`], length: 1 });

  /** Plays it to a caller; how it ended, how many packets were heard, and for how long. */
  async function heard(
    sound: Sound,
    stopAfter?: number,
  ): Promise<{ end: PlaybackEnd | undefined; packets: number; seconds: number }> {
    let end: PlaybackEnd | undefined;
    lines.take = async (line) => {
      await line.answer();
      const playing = line.play(sound);
      if (stopAfter !== undefined) setTimeout(() => playing.stop(), stopAfter);
      end = await playing.finished;
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    const call = await phoneTo(lines.asterisk);
    await call.ended;
    const { packets, lastAt } = call.heard();
    return { end, packets, seconds: (lastAt - call.answeredAt) / 1000 };
  }

  test('are played one straight after the other, and end once', async () => {
    const { end, packets, seconds } = await heard(together(short(), short(), short()));
    expect(end).toBe('played');
    // 30 packets of 20 ms
    expect(packets).toBeGreaterThan(26);
    expect(packets).toBeLessThan(34);
    expect(seconds).toBeLessThan(0.9);
  });

  test('20 files are one command, too', async () => {
    const click = tone(lines.asterisk.sounds, 'click', 0.04);
    expect((await heard(together(...Array.from({ length: 20 }, () => click)))).end).toBe('played');
  });

  test('a stop in the second stops them all', async () => {
    const { end, packets } = await heard(together(short(), short(), short()), 300);
    expect(end).toBe('stopped');
    expect(packets).toBeLessThan(20);
  });

  test.each([
    ['first', () => [missing(), short(), short()], 3],
    ['second of three', () => [short(), missing(), short()], 14],
    ['last', () => [short(), missing()], 14],
  ])('without the %s it has failed, and what follows is not heard', async (_, sounds, most) => {
    const { end, packets } = await heard(together(...sounds()));
    expect(end).toBe('failed');
    expect(packets).toBeLessThan(most);
  });

  test('their time limit is that of all together', async () => {
    const long = tone(lines.asterisk.sounds, 'long', 1.5);
    expect((await heard({ ...together(long, long), length: 3 })).end).toBe('played');
  });

  test('what never ends fails after its length and a margin, and falls silent', async () => {
    const { paths } = tone(lines.asterisk.sounds, 'ten', 10);
    const { end, seconds } = await heard({ paths, length: 0.2 });
    expect(end).toBe('failed');
    expect(seconds).toBeLessThan(5);
  });
});
