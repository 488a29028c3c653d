import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import { fixedPrompts, type Speech, type Spoken } from '../ivr/prompts.ts';
import type { Sound } from '../ivr/line.ts';
import { runProgram } from './program.ts';
import type { Wording } from './wording.ts';

export interface EspeakParts {
  readonly wording: Wording;
  /** Folder for rendered sounds; Asterisk must be able to read it under the same path. */
  readonly cache: string;
}

/** A sentence renders in 0.03 s; whoever needs longer than this has hung. */
const longestRender = 5;
/** Sentences rendered at once; more would only wait for the processor. */
const mostAtOnce = 4;
/** Rendered sentences kept from earlier runs: about 100 kB each. */
const mostKept = 2000;

// Asterisk's .wav is 8 kHz, 16 bit, mono, behind a header of 44 bytes
const headerBytes = 44;
const bytesPerSecond = 8000 * 2;

export interface EspeakSpeech extends Speech {
  /** Renders every prompt whose words are fixed, and forgets the oldest of the others. */
  prepare(): Promise<void>;
}

/** Speech by the programs espeak-ng and sox, each sentence rendered once for its text, voice and rate. */
export function createEspeak({ wording, cache }: EspeakParts): EspeakSpeech {
  const underWay = new Map<string, Promise<Sound>>();
  const ready = new Map<string, Sound>();
  let running = 0;
  const waiting: (() => void)[] = [];

  async function withPlace<T>(work: () => Promise<T>): Promise<T> {
    if (running >= mostAtOnce) await new Promise<void>((go) => waiting.push(go));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  }

  async function lengthOf(path: string): Promise<Sound | undefined> {
    const found = await stat(`${path}.wav`).catch(() => undefined);
    if (!found || found.size <= headerBytes) return undefined;
    return { path, length: (found.size - headerBytes) / bytesPerSecond };
  }

  async function synthesise(words: string, path: string): Promise<Sound> {
    await mkdir(cache, { recursive: true });
    // finished under another name, so that nobody ever plays half a sentence
    const draft = join(cache, `draft-${randomUUID()}`);
    try {
      const { voice, rate } = wording;
      await runProgram(
        'espeak-ng',
        ['-v', voice, '-s', String(rate), '-w', `${draft}.22k.wav`, '--stdin'],
        words,
        longestRender,
      );
      await runProgram(
        'sox',
        [`${draft}.22k.wav`, '-r', '8000', '-c', '1', '-b', '16', `${draft}.wav`],
        '',
        longestRender,
      );
      await rename(`${draft}.wav`, `${path}.wav`);
    } finally {
      await rm(`${draft}.22k.wav`, { force: true });
      await rm(`${draft}.wav`, { force: true });
    }
    const sound = await lengthOf(path);
    if (!sound) throw new AccessError('speech-failed', 'espeak-ng made no sound.');
    return sound;
  }

  async function soundOf(words: string): Promise<Sound> {
    const key = createHash('sha256')
      .update(JSON.stringify([wording.voice, wording.rate, words]))
      .digest('hex')
      .slice(0, 32);
    const known = ready.get(key);
    // somebody may have tidied the cache; a look at it costs 5 µs, a silent prompt a call
    if (known && existsSync(`${known.path}.wav`)) return known;
    const path = join(cache, key);
    let rendering = underWay.get(key);
    if (!rendering) {
      rendering = lengthOf(path)
        .then((found) => found ?? withPlace(() => synthesise(words, path)))
        .finally(() => underWay.delete(key));
      underWay.set(key, rendering);
    }
    try {
      return await rendering;
    } catch (cause) {
      if (cause instanceof AccessError) throw cause;
      const why = (cause as Error).message;
      throw new AccessError('speech-failed', `A sentence could not be kept in ${cache}: ${why}`, {
        cause,
      });
    }
  }

  async function forgetOldest(): Promise<void> {
    const fixed = new Set([...ready.values()].map(({ path }) => `${path}.wav`));
    const files = (await readdir(cache)).map((name) => join(cache, name));
    const dated = await Promise.all(
      files
        .filter((path) => !fixed.has(path))
        .map(async (path) => ({ path, at: (await stat(path)).mtimeMs })),
    );
    dated.sort((a, b) => b.at - a.at);
    await Promise.all(dated.slice(mostKept).map(({ path }) => rm(path, { force: true })));
  }

  return {
    async render(prompt): Promise<Spoken> {
      const words = wording.wordsOf(prompt);
      return { sound: await soundOf(words), words };
    },
    async prepare() {
      await Promise.all(
        fixedPrompts.map(async (name) => {
          const words = wording.wordsOf({ name });
          const sound = await soundOf(words);
          // remembered, so that a prompt costs no look at the disk while somebody waits
          ready.set(sound.path.slice(cache.length + 1), sound);
        }),
      );
      await forgetOldest();
    },
  };
}
