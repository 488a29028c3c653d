import type { Seconds } from '../domain/time.ts';

/** A prompt's text is cut at its {placeholders}, so that what never changes is rendered once. */
export interface TemplatePart {
  readonly kind: 'text' | 'placeholder';
  /** The words, or the placeholder's name. */
  readonly text: string;
  readonly after: Seconds;
  /** Whether the sentence goes on after it. */
  readonly goesOn: boolean;
}

const pauses = { sentence: 0.3, clause: 0.15, none: 0.06 } as const;

function pauseAt(mark: string): Pick<TemplatePart, 'after' | 'goesOn'> {
  if (/[.!?]/.test(mark)) return { after: pauses.sentence, goesOn: false };
  return { after: /[,;:]/.test(mark) ? pauses.clause : pauses.none, goesOn: true };
}

/** The names between braces, as they come. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** A mark that follows a placeholder is its pause, and begins no text. */
export function partsOf(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const pattern = /\{(?<name>[^{}]*)\}(?<mark>\s*[.,;:!?]*)|(?<words>[^{}]+)/g;
  for (const { groups = {} } of template.matchAll(pattern)) {
    const { name, mark = '', words = '' } = groups;
    if (name !== undefined) parts.push({ kind: 'placeholder', text: name, ...pauseAt(mark) });
    else if (/[\p{L}\p{N}]/u.test(words))
      parts.push({ kind: 'text', text: words.trim(), ...pauseAt(words.trim().slice(-1)) });
  }
  return parts;
}

/** The words as they are read, not heard. */
export function filled(template: string, value: (placeholder: string) => string): string {
  return template.replace(/\{([^{}]*)\}/g, (_, name: string) => value(name));
}
