import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import { atMostAtOnce } from '../domain/at-once.ts';
import type { Seconds } from '../domain/time.ts';
import type { Utterance } from './utterance.ts';
import { lengthOfWav } from './wav.ts';

/** A file that Asterisk can play. */
export interface SoundFile {
  /** Absolute, without extension. */
  readonly path: string;
  readonly length: Seconds;
}

export interface SoundCache {
  /**
   * The sound of these words; made when it is not there, and once however often it is
   * asked for meanwhile. What is to be kept is never forgotten for its age.
   * @throws AccessError `speech-failed` when it cannot be made or written.
   */
  soundOf(utterance: Utterance, keep?: 'keep'): Promise<SoundFile>;
  /** Removes the sounds that were not used for longest. */
  forgetOldest(): Promise<void>;
}

/** Raised whenever the same words are made into other sound than before. */
const recipe = 2;
/** Sentences made at once; more would only wait for the processor. */
const mostAtOnce = 4;
/** After this a file is looked at again, and counts as used. Milliseconds. */
const remember = 3_600_000;
const ownFile = /^(?:[0-9a-f]{32}|draft-[0-9a-f-]{36})\.wav$/;

export interface SoundCacheOptions {
  readonly folder: string;
  /** Sounds that are left besides those to be kept: some 25 kB each, and 512 of a language are the numbers of addresses. */
  readonly most?: number;
}

interface Known {
  readonly length: Seconds;
  /** Milliseconds of the monotonic clock, and of the one that files are dated by. */
  readonly seenAt: number;
  usedAt: number;
}

/** Files named after what is said and how. */
export function createSoundCache(
  make: (utterance: Utterance) => Promise<Buffer>,
  { folder, most = 3000 }: SoundCacheOptions,
): SoundCache {
  const underWay = new Map<string, Promise<SoundFile>>();
  const kept = new Set<string>();
  const inPlace = atMostAtOnce(mostAtOnce);
  /** What was there when it was last looked for, by path: a call must not wait for a look at the disk. */
  const lately = new Map<string, Known>();
  let madeSince = 0;

  async function found(path: string): Promise<SoundFile | undefined> {
    const file = await stat(`${path}.wav`).catch(() => undefined);
    const length = file && lengthOfWav(file.size);
    if (length === undefined) return undefined;
    // it was used now, and is not the oldest any more
    await utimes(`${path}.wav`, new Date(), new Date()).catch(() => undefined);
    return noted(path, length);
  }

  function noted(path: string, length: Seconds): SoundFile {
    lately.set(path, { length, seenAt: performance.now(), usedAt: Date.now() });
    return { path, length };
  }

  /** Somebody may have removed the file since: that alone is looked at, and at once. */
  function remembered(path: string): SoundFile | undefined {
    const known = lately.get(path);
    if (!known || performance.now() - known.seenAt > remember || !existsSync(`${path}.wav`)) {
      return undefined;
    }
    known.usedAt = Date.now();
    return { path, length: known.length };
  }

  async function made(utterance: Utterance, path: string): Promise<SoundFile> {
    const sound = await make(utterance);
    await mkdir(folder, { recursive: true });
    // finished under another name, so that nobody ever plays half a sentence
    const draft = join(folder, `draft-${randomUUID()}.wav`);
    try {
      await writeFile(draft, sound, { mode: 0o644 });
      await rename(draft, `${path}.wav`);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
    // in a process that runs for months, too
    if (++madeSince >= most / 2) void forgetOldest().catch(() => undefined);
    return noted(path, lengthOfWav(sound.length) ?? 0);
  }

  async function soundOf(utterance: Utterance, keep?: 'keep'): Promise<SoundFile> {
    const key = createHash('sha256')
      .update(JSON.stringify([recipe, utterance]))
      .digest('hex')
      .slice(0, 32);
    const path = join(folder, key);
    if (keep) kept.add(`${key}.wav`);
    const known = remembered(path);
    if (known) return known;
    let making = underWay.get(key);
    if (!making) {
      making = found(path)
        .then((there) => there ?? inPlace(() => made(utterance, path)))
        .finally(() => underWay.delete(key));
      underWay.set(key, making);
    }
    try {
      return await making;
    } catch (cause) {
      if (cause instanceof AccessError) throw cause;
      const why = (cause as Error).message;
      throw new AccessError(
        'speech-failed',
        `A sound cannot be kept in ${folder} (speech.cache): ${why}. The folder must be one that dialgate may write to.`,
        { cause },
      );
    }
  }

  async function forgetOldest(): Promise<void> {
    madeSince = 0;
    const names = (await readdir(folder)).filter((name) => ownFile.test(name) && !kept.has(name));
    const dated = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const at = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
        return { path, at: Math.max(at, lately.get(path.replace(/\.wav$/, ''))?.usedAt ?? 0) };
      }),
    );
    dated.sort((a, b) => b.at - a.at);
    const gone = dated.slice(most).map(({ path }) => path);
    for (const path of gone) lately.delete(path.replace(/\.wav$/, ''));
    await Promise.all(gone.map((path) => rm(path, { force: true })));
  }

  return { soundOf, forgetOldest };
}
