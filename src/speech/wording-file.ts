import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AccessError } from '../domain/access-error.ts';
import { filledPrompts, fixedPrompts, type Language, type PromptName } from '../ivr/prompts.ts';
import type { SpokenForms } from './spoken-forms.ts';
import { placeholdersOf } from './template.ts';
import { valuesOf } from './values.ts';

/** One text; or one for each form that a count asks for. */
export type Texts = string | Readonly<Record<string, string>>;

export interface WordingFile {
  readonly voice: string;
  /** Words a minute. */
  readonly rate: number;
  readonly slow_rate: number;
  readonly prompts: Readonly<Record<PromptName, Texts>>;
}

/** The form for a count: `none`, or the language's plural category (Unicode CLDR). */
export function formOf(count: number, language: Language): string {
  return count === 0 ? 'none' : new Intl.PluralRules(language).select(count);
}

const smallCounts = Array.from({ length: 100 }, (_, count) => count);

/** Names are what its text must mention; a form such as "one code" may leave its number out. */
function text(names: readonly string[], optional = false): z.ZodType<string> {
  const known = names.length > 0 ? names.map((name) => `{${name}}`).join(', ') : 'no placeholder';
  return z
    .string()
    .trim()
    .min(1)
    .superRefine((template, { addIssue }) => {
      const used = placeholdersOf(template);
      const strange = used.find((name) => !names.includes(name));
      const missing = names.find((name) => !used.includes(name));
      if (strange !== undefined || /[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, '')))
        addIssue(`has a brace that means nothing here (${known} may be used)`);
      else if (missing !== undefined && !optional) addIssue(`must mention {${missing}}`);
    });
}

function schemaFor(language: Language, forms: SpokenForms): z.ZodType<WordingFile> {
  const counted = new Set(smallCounts.map((count) => formOf(count, language)));
  const rate = z.int().min(80).max(300);
  const prompts: [PromptName, z.ZodType<Texts>][] = [
    ...fixedPrompts.map((name) => [name, text([])] as const),
    ...filledPrompts.map((prompt): [PromptName, z.ZodType<Texts>] => {
      const names = Object.keys(valuesOf(prompt, forms, 'UTC'));
      return prompt.name === 'codes-left'
        ? [
            prompt.name,
            z.strictObject(
              Object.fromEntries([...counted].map((form) => [form, text(names, true)])),
            ),
          ]
        : [prompt.name, text(names)];
    }),
  ].map(([name, schema]) => [name, schema]);
  return z.strictObject({
    voice: z.string().regex(/^[A-Za-z0-9+_-]+$/, 'a voice of espeak-ng, such as en-us'),
    rate,
    slow_rate: rate,
    prompts: z.strictObject(Object.fromEntries(prompts) as Record<PromptName, z.ZodType<Texts>>),
  });
}

/**
 * Reads `<sounds>/<language>/prompts.yaml`.
 * @throws AccessError `invalid` naming the file and the key when it is missing, malformed or incomplete.
 */
export function readWordingFile(
  sounds: string,
  language: Language,
  forms: SpokenForms,
): WordingFile {
  const path = join(sounds, language, 'prompts.yaml');
  let found: unknown;
  try {
    found = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AccessError(
      'invalid',
      `The prompts of language "${language}" cannot be read from ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const file = schemaFor(language, forms).safeParse(found);
  if (!file.success)
    throw new AccessError('invalid', `${path} is not right.\n${z.prettifyError(file.error)}`);
  return file.data;
}
