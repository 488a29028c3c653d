import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import type { Language, Speech } from '../ivr/prompts.ts';
import { readRecordings, type Recording } from './recordings.ts';
import { createSoundCache, type SoundFile } from './sound-cache.ts';
import type { Piece, Utterance } from './utterance.ts';
import { readWording } from './wording.ts';

export interface SpeechOptions {
  /** At least one; the first is the site's own. */
  readonly languages: readonly Language[];
  /** The folder with `<language>/prompts.yaml`. */
  readonly sounds: string;
  /** Folder for rendered sounds; Asterisk must be able to read it under the same path. */
  readonly cache: string;
  /** The folder with `<language>/<prompt>.<ext>`, read by Asterisk too. */
  readonly recordings?: string | undefined;
  /** In which times are spoken: `Europe/Vienna`. */
  readonly timeZone: string;
  /** Makes a .wav file of the words. @throws AccessError `speech-failed`. */
  readonly speak: (utterance: Utterance) => Promise<Buffer>;
}

export interface Preparation {
  readonly language: Language;
  /** Pieces ready so far, of all languages, and how many there are. */
  readonly done: number;
  readonly total: number;
}

export interface PreparedSpeech extends Speech {
  /**
   * Renders whatever never changes and was not rendered before: some seconds at the first start.
   * @throws AccessError `speech-failed`.
   */
  prepare(progress?: (preparation: Preparation) => void, leaving?: AbortSignal): Promise<void>;
}

/**
 * Reads and checks all prompts and recordings; makes no sound yet.
 * @throws AccessError `invalid` naming the file and what is wrong with it.
 */
export function createSpeech(options: SpeechOptions): PreparedSpeech {
  const { sounds, timeZone } = options;
  const languages = [...new Set(options.languages)];
  if (languages.length === 0) throw new AccessError('invalid', 'Speech needs a language.');
  for (const folder of [options.cache, options.recordings]) mustBePlayable(folder);
  const wordings = new Map(
    languages.map((language) => [language, readWording(sounds, language, timeZone)]),
  );
  const recordings =
    options.recordings === undefined ? noRecordings : readRecordings(options.recordings, wordings);
  const cache = createSoundCache(options.speak, { folder: options.cache });

  const recordingOf = (piece: Piece, language: Language): Recording | undefined => {
    const recording =
      piece.recording === undefined ? undefined : recordings.get(`${language}/${piece.recording}`);
    // somebody may have taken it away since
    return recording && recording.files.every((file) => existsSync(file)) ? recording : undefined;
  };

  async function soundOf(piece: Piece, language: Language): Promise<SoundFile> {
    return (
      recordingOf(piece, language) ??
      (await cache.soundOf(piece.utterance, piece.recording === undefined ? undefined : 'keep'))
    );
  }

  return {
    languages,
    async render(prompt, language) {
      const wording = wordings.get(language);
      if (!wording)
        throw new AccessError('speech-failed', `"${language}" is none of speech.languages.`);
      const { words, pieces } = wording.say(prompt);
      const heard = await Promise.all(pieces.map((piece) => soundOf(piece, language)));
      return {
        words,
        sound: {
          paths: heard.map(({ path }) => path),
          length: heard.reduce((sum, { length }) => sum + length, 0),
        },
      };
    },
    async prepare(progress, leaving) {
      const all = [...wordings.values()].flatMap(({ language, fixedPieces }) =>
        fixedPieces.map((piece) => ({ language, piece })),
      );
      const waiting = all.values();
      const faults: unknown[] = [];
      let done = 0;
      async function prepareSome(): Promise<void> {
        for (const { language, piece } of waiting) {
          // what failed once will fail again
          if (faults.length > 0 || leaving?.aborted) return;
          try {
            await soundOf(piece, language);
            progress?.({ language, done: ++done, total: all.length });
          } catch (error) {
            faults.push(error);
          }
        }
      }
      await Promise.all(Array.from({ length: sideBySide }, prepareSome));
      if (faults.length > 0) throw faults[0];
      if (leaving?.aborted) return;
      await cache.forgetOldest();
    },
  };
}

const noRecordings: ReadonlyMap<string, Recording> = new Map();

/** Pieces prepared at once: as many as the cache makes at once. */
const sideBySide = 4;

/** Asterisk is given paths of several files in one request, with commas between. */
function mustBePlayable(folder: string | undefined): void {
  if (folder === undefined || (isAbsolute(folder) && !folder.includes(','))) return;
  throw new AccessError(
    'invalid',
    `Asterisk cannot be told to play from "${folder}": speech.cache and speech.recordings must be absolute paths without a comma.`,
  );
}
