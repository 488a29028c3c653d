import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { filledPrompts, fixedPrompts, type Language, type Prompt } from '../../src/ivr/prompts.ts';
import { spokenLanguages } from '../../src/speech/languages.ts';
import { speakAloud } from '../../src/speech/espeak.ts';
import { createSpeech, type PreparedSpeech, type SpeechOptions } from '../../src/speech/speech.ts';
import { samplesFrom } from '../../src/speech/wav.ts';

export const sounds = resolve(import.meta.dirname, '../../sounds');
export const languages: readonly Language[] = Object.keys(spokenLanguages);

/** One of each prompt. */
export const everyPrompt: readonly Prompt[] = [
  ...fixedPrompts.map((name) => ({ name })),
  ...filledPrompts,
];

export function speechIn(
  cache: string,
  options: Partial<Omit<SpeechOptions, 'cache'>> = {},
): PreparedSpeech {
  const usual = { languages: ['en'], sounds, timeZone: 'UTC', speak: speakAloud };
  return createSpeech({ ...usual, ...options, cache });
}

/** The samples of a file that speech has made. */
export function samplesOf(path: string): Int16Array {
  return samplesFrom(readFileSync(`${path}.wav`).subarray(44));
}

/** The same text that a site would edit. */
export const promptsOf = (language: Language): string =>
  readFileSync(resolve(sounds, language, 'prompts.yaml'), 'utf8');
