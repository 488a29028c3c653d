import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { fixedPrompts, type Prompt } from '../../src/ivr/prompts.ts';
import { spokenAddress, spokenDuration, spokenTime } from '../../src/speech/english.ts';
import { createEspeak } from '../../src/speech/espeak.ts';
import { runProgram } from '../../src/speech/program.ts';
import { readWording } from '../../src/speech/wording.ts';

const sounds = resolve(import.meta.dirname, '../../sounds');
const address = parseAddress('203.0.113.7')!;
const every: Prompt[] = [
  ...fixedPrompts.map((name) => ({ name })),
  { name: 'read-back', address },
  { name: 'server-address', address },
  { name: 'opened', until: Date.UTC(2026, 0, 1, 18, 5), seconds: 5400 },
];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-speech-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wording', () => {
  test.each(every.map((prompt) => [prompt.name, prompt] as const))(
    '%s has words, filled in',
    (_, prompt) => {
      const words = readWording(sounds, 'en', 'UTC').wordsOf(prompt);
      expect(words.length).toBeGreaterThan(3);
      expect(words).not.toMatch(/[{}]/);
    },
  );

  test('an address is read digit by digit, with a pause at each dot', () => {
    expect(spokenAddress(address)).toBe('2 0 3, dot, 0, dot, 1 1 3, dot, 7');
  });

  test.each([
    [14_400, '4 hours'],
    [5400, '1 hour and 30 minutes'],
    [3661, '1 hour and 1 minute'],
    [59.9, '59 seconds'],
    [0, '0 seconds'],
  ])('%s seconds are spoken as %s', (seconds, words) => {
    expect(spokenDuration(seconds)).toBe(words);
  });

  test('the time is the server’s, as people say it', () => {
    const at = Date.UTC(2026, 0, 1, 18, 5);
    expect(spokenTime(at, 'UTC')).toBe('6 oh 5 PM');
    expect(spokenTime(at, 'Asia/Tokyo')).toBe('3 oh 5 AM');
    expect(spokenTime(Date.UTC(2026, 0, 1, 12, 0), 'UTC')).toBe('12 PM');
  });

  test('a prompt that is missing, and a file that is, are named', () => {
    const text = readFileSync(join(sounds, 'en', 'prompts.yaml'), 'utf8');
    mkdirSync(join(folder, 'xx'));
    writeFileSync(join(folder, 'xx', 'prompts.yaml'), text.replace(/^ {2}goodbye:.*$/m, ''));
    expect(() => readWording(folder, 'xx', 'UTC')).toThrow(/prompts\.goodbye/);
    expect(() => readWording(folder, 'yy', 'UTC')).toThrow(/language "yy" cannot be read/);
  });
});

describe('espeak', () => {
  const espeak = () =>
    createEspeak({ wording: readWording(sounds, 'en', 'UTC'), cache: join(folder, 'cache') });

  test('renders every prompt as Asterisk plays it: 8 kHz, 16 bit, mono, and says how long it is', async () => {
    const speech = espeak();
    await speech.prepare();
    for (const prompt of every) {
      const { sound } = await speech.render(prompt);
      const wav = readFileSync(`${sound.path}.wav`);
      expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
      expect(wav.readUInt16LE(22)).toBe(1);
      expect(wav.readUInt32LE(24)).toBe(8000);
      expect(wav.readUInt16LE(34)).toBe(16);
      expect(sound.length).toBeCloseTo(wav.readUInt32LE(40) / 16_000, 2);
      expect(sound.length).toBeGreaterThan(0.4);
    }
  });

  test('renders the same words once, also when asked at once', async () => {
    const speech = espeak();
    const prompt: Prompt = { name: 'read-back', address };
    const all = await Promise.all(Array.from({ length: 20 }, () => speech.render(prompt)));
    expect(new Set(all.map(({ sound }) => sound.path)).size).toBe(1);
  });

  test('a sound that was removed is rendered anew', async () => {
    const speech = espeak();
    await speech.prepare();
    const first = await speech.render({ name: 'welcome' });
    rmSync(`${first.sound.path}.wav`);
    const second = await speech.render({ name: 'welcome' });
    expect(existsSync(`${second.sound.path}.wav`)).toBe(true);
  });

  test('a cache that cannot be written is a clear error', async () => {
    writeFileSync(join(folder, 'cache'), 'a file where a folder should be');
    await expect(espeak().render({ name: 'welcome' })).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining(join(folder, 'cache')),
    });
  });
});

describe('a program', () => {
  const script = (text: string): string => {
    const path = join(folder, 'program');
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test('that is missing is named, with the mend', async () => {
    await expect(runProgram('no-such-speech', [], '', 1)).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining('apt-get install no-such-speech'),
    });
  });

  test('that fails says what it complained of', async () => {
    await expect(runProgram(script('echo no voice >&2; exit 3'), [], '', 1)).rejects.toThrow(
      /status 3: no voice/,
    );
  });

  test('that hangs is ended', async () => {
    await expect(runProgram(script('exec sleep 60'), [], '', 0.2)).rejects.toThrow(
      /stopped by SIGKILL/,
    );
  });

  test('that does not read its input does not bring us down', async () => {
    await runProgram(script('exit 0'), [], 'x'.repeat(1_000_000), 5);
  });
});
