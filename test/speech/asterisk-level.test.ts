import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAsterisk } from '../../lab/asterisk/find.ts';
import { activeLevel, asteriskLevel, peakLevel } from '../../src/speech/loudness.ts';
import { samplesFrom } from '../../src/speech/wav.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Asterisk's English sounds; Debian keeps them in a folder named after the speaker. */
function coreSounds(): string {
  const all = join(findAsterisk()?.root ?? '/', 'usr/share/asterisk/sounds');
  const folder = readdirSync(all)
    .map((name) => join(all, name))
    .find((path) => existsSync(join(path, 'vm-options.gsm')));
  if (!folder) throw new Error(`no core sounds in ${all}`);
  return folder;
}

describe.skipIf(noAsterisk())('Asterisk’s own sounds', () => {
  test('have the level that ours are made at: a third of its longer ones, within 1 dB', () => {
    const folder = coreSounds();
    const sentences = readdirSync(folder)
      .filter((name) => name.endsWith('.gsm'))
      .sort()
      .filter((_, at) => at % 3 === 0)
      .map((name) =>
        samplesFrom(
          execFileSync('sox', [join(folder, name), '-b', '16', '-e', 'signed', '-t', 'raw', '-'], {
            maxBuffer: 2 ** 24,
          }),
        ),
      )
      .filter((samples) => samples.length > 2 * 8000);
    expect(sentences.length).toBeGreaterThan(30);
    expect(Math.abs(median(sentences.map(activeLevel)) - asteriskLevel)).toBeLessThan(1);
    // theirs are not clipped either
    expect(median(sentences.map(peakLevel))).toBeLessThan(-2);
  });
});
