import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AccessError } from '../domain/access-error.ts';
import { fixedPrompts, type Prompt, type PromptName } from '../ivr/prompts.ts';
import { spokenAddress, spokenDuration, spokenTime } from './english.ts';

const promptNames: readonly PromptName[] = [
  ...fixedPrompts,
  'read-back',
  'opened',
  'server-address',
];

const wordingFile = z.strictObject({
  voice: z.string().regex(/^[A-Za-z0-9+_-]+$/, 'a voice of espeak-ng, such as en-us'),
  rate: z.int().min(80).max(300),
  prompts: z.strictObject(
    Object.fromEntries(promptNames.map((name) => [name, z.string().trim().min(1)])) as Record<
      PromptName,
      z.ZodString
    >,
  ),
});

/** The words of one language, and the voice that speaks them. */
export interface Wording {
  readonly voice: string;
  /** Words a minute. */
  readonly rate: number;
  wordsOf(prompt: Prompt): string;
}

/**
 * Reads `<sounds>/<language>/prompts.yaml`.
 * @throws AccessError `invalid` naming the file and the key when it is missing, malformed or incomplete.
 */
export function readWording(sounds: string, language: string, timeZone: string): Wording {
  const path = join(sounds, language, 'prompts.yaml');
  let text: unknown;
  try {
    text = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AccessError(
      'invalid',
      `The prompts of language "${language}" cannot be read from ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const file = wordingFile.safeParse(text);
  if (!file.success) {
    throw new AccessError('invalid', `${path} is not right.\n${z.prettifyError(file.error)}`);
  }
  const { voice, rate, prompts } = file.data;
  return {
    voice,
    rate,
    wordsOf(prompt) {
      const template = prompts[prompt.name];
      switch (prompt.name) {
        case 'read-back':
        case 'server-address':
          return template.replaceAll('{address}', spokenAddress(prompt.address));
        case 'opened':
          return template
            .replaceAll('{until}', spokenTime(prompt.until, timeZone))
            .replaceAll('{duration}', spokenDuration(prompt.seconds));
        default:
          return template;
      }
    },
  };
}
