import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import type { Prompt } from '../../src/ivr/prompts.ts';
import { activeLevel, asteriskLevel, peakLevel } from '../../src/speech/loudness.ts';
import { createSoundCache } from '../../src/speech/sound-cache.ts';
import type { PreparedSpeech, Preparation } from '../../src/speech/speech.ts';
import type { Utterance } from '../../src/speech/utterance.ts';
import { wavFile } from '../../src/speech/wav.ts';
import { everyPrompt, languages, samplesOf, speechIn } from './workshop.ts';

const address = parseAddress('203.0.113.7')!;
const readBack: Prompt = { name: 'read-back', address };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-speech-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Stretches of silence, in seconds; the first is that before the first sound. */
function silencesIn(samples: Int16Array): number[] {
  const size = 80;
  const runs: number[] = [0];
  for (let from = 0; from + size <= samples.length; from += size) {
    const quiet = samples.subarray(from, from + size).every((sample) => Math.abs(sample) < 130);
    if (quiet) runs.push((runs.pop() ?? 0) + size / 8000);
    else if (runs.length === 1 || runs.at(-1) !== 0) runs.push(0);
  }
  return runs;
}

describe('all languages', () => {
  let shared = '';
  let speech: PreparedSpeech;
  const progress: Preparation[] = [];
  beforeAll(async () => {
    shared = mkdtempSync(join(tmpdir(), 'dialgate-speech-all-'));
    speech = speechIn(shared, { languages });
    await speech.prepare((preparation) => progress.push(preparation));
  }, 120_000);
  afterAll(() => {
    rmSync(shared, { recursive: true });
  });

  test('are prepared piece by piece, and it is told how far', () => {
    const total = progress[0]?.total ?? 0;
    expect(total).toBeGreaterThan(languages.length * 40);
    expect(progress.map(({ done }) => done)).toEqual(
      Array.from({ length: total }, (_, at) => at + 1),
    );
    expect(new Set(progress.map(({ language }) => language))).toEqual(new Set(languages));
  });

  describe.each(languages)('%s', (language) => {
    test.each(everyPrompt.map((prompt) => [prompt.name, prompt] as const))(
      '%s is heard as Asterisk plays it, at its level, without odd silence',
      async (_, prompt) => {
        const { sound, words } = await speech.render(prompt, language);
        let length = 0;
        for (const path of sound.paths) {
          const wav = readFileSync(`${path}.wav`);
          expect(wav.toString('latin1', 0, 16)).toMatch(/^RIFF....WAVEfmt $/s);
          expect([wav.readUInt16LE(20), wav.readUInt16LE(22)]).toEqual([1, 1]);
          expect([wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([8000, 16]);
          const samples = samplesOf(path);
          expect(samples.length * 2).toBe(wav.readUInt32LE(40));
          length += samples.length / 8000;
          expect(activeLevel(samples)).toBeGreaterThan(asteriskLevel - 0.5);
          expect(activeLevel(samples)).toBeLessThan(asteriskLevel + 0.5);
          expect(peakLevel(samples)).toBeLessThan(-0.9);
          const silences = silencesIn(samples);
          expect(Math.max(...silences)).toBeLessThan(0.6);
          expect(silences[0]).toBeLessThan(0.05);
        }
        expect(sound.length).toBeCloseTo(length, 3);
        // between 1 and 6 syllables' worth of letters each tenth of a second
        const letters = words.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
        expect(sound.length).toBeGreaterThan(0.4);
        expect(sound.length).toBeGreaterThan(letters / 25);
        expect(sound.length).toBeLessThan(1 + letters / 2.2);
      },
    );
  });

  test('take from what is prepared whatever never changes', async () => {
    const before = new Set(readdirSync(shared));
    const { sound } = await speech.render(readBack, 'en');
    // the text, four numbers, the text after them
    expect(sound.paths).toHaveLength(6);
    const made = sound.paths.filter((path) => !before.has(`${path.slice(shared.length + 1)}.wav`));
    expect(made.length).toBeLessThanOrEqual(4);
    const again = parseAddress('203.0.113.203')!;
    const known = new Set(readdirSync(shared));
    const { sound: other } = await speech.render({ name: 'read-back', address: again }, 'en');
    const news = other.paths.filter((path) => !known.has(`${path.slice(shared.length + 1)}.wav`));
    // a number that ends the address falls
    expect(news.length).toBeLessThanOrEqual(1);
    for (const prompt of everyPrompt.slice(0, 20)) {
      const [path = ''] = (await speech.render(prompt, 'de')).sound.paths;
      expect(before.has(`${path.slice(shared.length + 1)}.wav`)).toBe(true);
    }
  });

  test('in English, an unhurried caller hears 42 s before the menu, so that a call with 40 keys stays under a minute', async () => {
    const heard: Prompt[] = [
      { name: 'welcome' },
      { name: 'knock-code' },
      { name: 'pin' },
      { name: 'address-or-pair' },
      readBack,
      { name: 'opened', until: Date.UTC(2026, 0, 1, 18, 5), seconds: 14_400 },
      { name: 'server-address', address: parseAddress('198.51.100.10')! },
    ];
    const sounds = await Promise.all(heard.map((prompt) => speech.render(prompt, 'en')));
    const seconds = sounds.reduce((sum, { sound }) => sum + sound.length, 0);
    expect(seconds).toBeLessThan(42);
    expect(seconds + 40 * 0.4).toBeLessThan(60);
  });

  test('have pauses between the numbers of an address', async () => {
    for (const language of languages) {
      const { sound } = await speech.render(readBack, language);
      const numbers = sound.paths.slice(1, -1).map(samplesOf);
      const pauses = numbers.flatMap(silencesIn).filter((length) => length > 0.25);
      // three between four numbers, and one after them
      expect(pauses.length, language).toBe(4);
      for (const pause of pauses) expect(pause).toBeLessThan(0.55);
    }
  });
});

test('the same sentence asked for twenty times at once is rendered once', async () => {
  let made = 0;
  const cache = createSoundCache(
    async () => {
      made++;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return wavFile(new Int16Array(800));
    },
    { folder: join(folder, 'cache') },
  );
  const all = await Promise.all(Array.from({ length: 20 }, () => cache.soundOf(utterance('x'))));
  expect(made).toBe(1);
  expect(new Set(all.map(({ path }) => path)).size).toBe(1);
  await cache.soundOf(utterance('x'));
  expect(made).toBe(1);
  await cache.soundOf({ ...utterance('x'), rate: 151 });
  expect(made).toBe(2);
});

const utterance = (words: string): Utterance => ({
  words,
  voice: 'en-us',
  rate: 150,
  after: 0,
  goesOn: false,
});

describe('the cache', () => {
  const short = async (): Promise<Buffer> => wavFile(new Int16Array(80));

  test('is bounded while it runs, forgets the oldest, and keeps what was to be kept', async () => {
    const cache = createSoundCache(short, { folder, most: 10 });
    const kept = await cache.soundOf(utterance('kept'), 'keep');
    const used = await cache.soundOf(utterance('used'));
    for (const { path } of [kept, used]) utimesSync(`${path}.wav`, 1, 1);
    writeFileSync(join(folder, 'not-ours.wav'), '');
    await cache.soundOf(utterance('used'));
    for (let count = 0; count < 40; count++) {
      await cache.soundOf(utterance(`sentence ${count}`));
      await cache.soundOf(utterance('used'));
      expect(readdirSync(folder).length).toBeLessThan(2 + 10 + 10);
    }
    await cache.forgetOldest();
    expect(readdirSync(folder).length).toBe(1 + 1 + 10);
    expect(existsSync(`${kept.path}.wav`)).toBe(true);
    expect(existsSync(`${used.path}.wav`)).toBe(true);
    expect(existsSync(join(folder, 'not-ours.wav'))).toBe(true);
  });

  test('goes on after a sentence that could not be made', async () => {
    let fails = true;
    const cache = createSoundCache(
      async () => {
        if (fails) throw new Error('no voice today');
        return short();
      },
      { folder },
    );
    const all = Array.from({ length: 9 }, (_, at) => cache.soundOf(utterance(`${at}`)));
    await Promise.all(all.map((one) => expect(one).rejects.toThrow('no voice today')));
    fails = false;
    expect((await cache.soundOf(utterance('0'))).length).toBeCloseTo(0.01, 3);
  });

  test('renders anew what was removed, or cut short, under it', async () => {
    const speech = speechIn(folder);
    const { sound } = await speech.render({ name: 'welcome' }, 'en');
    const [path = ''] = sound.paths;
    rmSync(`${path}.wav`);
    await speech.render({ name: 'welcome' }, 'en');
    expect(existsSync(`${path}.wav`)).toBe(true);
    writeFileSync(`${path}.wav`, '');
    expect((await speech.render({ name: 'welcome' }, 'en')).sound.length).toBe(sound.length);
  });

  test('is not waited for by whoever stops us in the middle of it', async () => {
    const leaving = new AbortController();
    const progress: Preparation[] = [];
    await speechIn(folder).prepare((preparation) => {
      progress.push(preparation);
      leaving.abort();
    }, leaving.signal);
    // those under way are finished, and no other is begun
    expect(progress.length).toBeLessThanOrEqual(4);
    expect(progress[0]?.total).toBeGreaterThan(40);
  });

  test('that cannot be written is a clear error', async () => {
    const file = join(folder, 'cache');
    writeFileSync(file, 'a file where a folder should be');
    await expect(speechIn(file).prepare()).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining(`${file} (speech.cache)`),
    });
    // and nothing goes on behind it
    const left = readdirSync(folder);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(readdirSync(folder)).toEqual(left);
  });
});

test('a folder that Asterisk cannot be told of is refused', () => {
  expect(() => speechIn('/var/cache/a,b')).toThrow(/without a comma/);
  expect(() => speechIn('cache')).toThrow(/absolute/);
});

test('a language that is not configured is refused; one named twice is one', async () => {
  const speech = speechIn(folder, { languages: ['de', 'en', 'de'] });
  expect(speech.languages).toEqual(['de', 'en']);
  await expect(speech.render({ name: 'welcome' }, 'fr')).rejects.toMatchObject({
    code: 'speech-failed',
  });
  expect(() => speechIn(folder, { languages: [] })).toThrow(/needs a language/);
});
