import { describe, expect, test } from 'vitest';
import {
  activeLevel,
  atLevel,
  ceiling,
  peakLevel,
  sampleRate,
  trimmed,
  withPause,
} from '../../src/speech/loudness.ts';
import { lengthOfWav, samplesFrom, wavFile } from '../../src/speech/wav.ts';

const tone = (seconds: number, amplitude: number): Int16Array =>
  Int16Array.from({ length: seconds * sampleRate }, (_, at) =>
    Math.round(amplitude * 32_767 * Math.sin((2 * Math.PI * 440 * at) / sampleRate)),
  );
const silence = (seconds: number): Int16Array => new Int16Array(seconds * sampleRate);
const joined = (...parts: readonly Int16Array[]): Int16Array =>
  Int16Array.from(parts.flatMap((part) => [...part]));

describe('the active level', () => {
  test('of a full sine is 3 dB below full scale', () => {
    expect(activeLevel(tone(1, 1))).toBeCloseTo(-3, 1);
  });

  test('does not fall with pauses', () => {
    expect(activeLevel(joined(tone(1, 0.1), silence(3), tone(1, 0.1)))).toBeCloseTo(-23, 1);
  });

  test('of silence and of nothing is none', () => {
    expect(activeLevel(silence(1))).toBe(-Infinity);
    expect(activeLevel(new Int16Array(0))).toBe(-Infinity);
  });
});

describe('at a level', () => {
  test.each([0.01, 0.2, 1])('comes what was at amplitude %d', (amplitude) => {
    expect(activeLevel(atLevel(tone(1, amplitude), -17.8))).toBeCloseTo(-17.8, 1);
  });

  test('peaks bend, and never pass the ceiling', () => {
    const peaky = tone(1, 0.05).map((sample, at) => (at % 400 === 0 ? 32_767 : sample));
    const made = atLevel(peaky, -12);
    expect(peakLevel(made)).toBeLessThanOrEqual(ceiling + 0.01);
  });

  test('silence stays silence', () => {
    expect(atLevel(silence(0.5), -17.8)).toEqual(silence(0.5));
  });
});

test('silence goes at both ends, and stays in the middle', () => {
  const speech = joined(silence(0.7), tone(0.5, 0.3), silence(0.4), tone(0.5, 0.3), silence(0.9));
  expect(trimmed(speech).length / sampleRate).toBeCloseTo(1.4 + 0.04, 2);
  expect(trimmed(silence(1)).length).toBe(0);
  expect(withPause(tone(0.5, 0.3), 0.35).length / sampleRate).toBeCloseTo(0.85, 3);
});

test('a file reads back as it was written', () => {
  const samples = Int16Array.from([0, 1, -1, 32_767, -32_768]);
  const file = wavFile(samples);
  expect(samplesFrom(file.subarray(44))).toEqual(samples);
  expect(lengthOfWav(file.length)).toBeCloseTo(5 / 8000, 6);
  expect(lengthOfWav(44)).toBeUndefined();
});
