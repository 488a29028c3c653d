import { AccessError } from '../domain/access-error.ts';
import { fixedPrompts, type Language, type Prompt } from '../ivr/prompts.ts';
import { spokenLanguages } from './languages.ts';
import type { Slow } from './spoken-forms.ts';
import { filled, partsOf, type TemplatePart } from './template.ts';
import type { Piece } from './utterance.ts';
import { valuesOf } from './values.ts';
import { formOf, readWordingFile } from './wording-file.ts';

/** The words of one language, and the voice that speaks them. */
export interface Wording {
  readonly language: Language;
  /** A prompt as it is read, and the pieces that are heard one after the other. */
  say(prompt: Prompt): { readonly words: string; readonly pieces: readonly Piece[] };
  /** Every piece whose words never change. */
  readonly fixedPieces: readonly Piece[];
}

interface CutPart {
  readonly part: TemplatePart;
  /** Of text: the name of the recording that may take its place. */
  readonly recording?: string;
}

const fixedNames: ReadonlySet<string> = new Set(fixedPrompts);

/** Between the groups of an address or a port. */
const betweenGroups = 0.35;

/**
 * @throws AccessError `invalid` for a language that is not in languages.ts, and for
 *   a prompts.yaml that is missing, malformed or incomplete.
 */
export function readWording(sounds: string, language: Language, timeZone: string): Wording {
  const forms = Object.hasOwn(spokenLanguages, language) ? spokenLanguages[language] : undefined;
  if (!forms) {
    const known = Object.keys(spokenLanguages).join(', ');
    throw new AccessError(
      'invalid',
      `speech.language or speech.languages names "${language}", which dialgate does not speak; it speaks ${known}. docs/speech.md says how to add a language.`,
    );
  }
  const { voice, rate, slow_rate, prompts } = readWordingFile(sounds, language, forms);

  function textPiece({ text, after, goesOn }: TemplatePart, recording: string): Piece {
    return {
      utterance: { words: text, voice, rate, after, goesOn },
      recording,
    };
  }

  /** A piece for each group: there are few different ones, so that soon none has to be made any more. */
  function valuePieces({ after, goesOn }: TemplatePart, groups: Slow): Piece[] {
    return groups.map((words, at) => {
      const last = at === groups.length - 1;
      const pace = last ? { after, goesOn } : { after: betweenGroups, goesOn: true };
      return { utterance: { words, voice, rate: slow_rate, ...pace } };
    });
  }

  /** `welcome` for a prompt of fixed words, `read-back.1` and on for the pieces of another. */
  function cut(name: string, template: string): CutPart[] {
    let count = 0;
    return partsOf(template).map((part) => {
      if (part.kind === 'placeholder') return { part };
      count++;
      return { part, recording: fixedNames.has(name) ? name : `${name}.${count}` };
    });
  }

  const templates = Object.entries(prompts).flatMap(([name, texts]) =>
    typeof texts === 'string'
      ? [[name, texts] as const]
      : Object.entries(texts).map(([form, text]) => [`${name}.${form}`, text] as const),
  );
  const cuts = new Map(
    templates.map(([name, template]) => [name, { template, parts: cut(name, template) }]),
  );

  function templateOf(prompt: Prompt): string {
    return prompt.name === 'codes-left'
      ? `${prompt.name}.${formOf(prompt.count, language)}`
      : prompt.name;
  }

  return {
    language,
    fixedPieces: [...cuts.values()].flatMap(({ parts }) =>
      parts.flatMap(({ part, recording }) => (recording ? [textPiece(part, recording)] : [])),
    ),
    say(prompt) {
      const found = cuts.get(templateOf(prompt));
      if (!found) throw new AccessError('internal', `There is no text for ${templateOf(prompt)}.`);
      const values = valuesOf(prompt, forms, timeZone);
      return {
        words: filled(found.template, (name) => (values[name] ?? []).join(' ')),
        pieces: found.parts.flatMap(({ part, recording }) =>
          recording ? [textPiece(part, recording)] : valuePieces(part, values[part.text] ?? []),
        ),
      };
    },
  };
}
