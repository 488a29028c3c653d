import { english } from './words/en.ts';
import { french } from './words/fr.ts';
import { german } from './words/de.ts';
import { italian } from './words/it.ts';
import { spanish } from './words/es.ts';

/** All that a user reads of us, in one language. */
export interface Words {
  readonly mail: {
    /** @param count more than one where it sums up as many. */
    readonly subject: (address: string, count: number) => string;
    readonly hello: (name: string) => string;
    readonly opened: (address: string, from: string, until: string) => string;
    readonly several: (count: number) => string;
    readonly byCall: (caller: string) => string;
    readonly withheld: string;
    readonly byAdministrator: string;
    readonly ifYou: string;
    readonly ifNotYou: string;
    readonly linkUntil: (until: string) => string;
    readonly ifNotYouCall: string;
  };
  readonly page: {
    readonly title: string;
    readonly question: (address: string, from: string) => string;
    readonly does: readonly [closes: string, disables: string];
    readonly button: string;
    readonly closed: string;
    readonly before: string;
    readonly unconfirmed: string;
    readonly stillOpen: (address: string, until: string) => string;
    readonly failed: string;
    readonly call: string;
    readonly invalid: string;
  };
}

const all: Readonly<Record<string, Words>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  it: italian,
};

/** In the first of these languages that we have words in; otherwise in English. */
export function wordsIn(languages: readonly (string | null)[]): {
  readonly language: string;
  readonly words: Words;
} {
  for (const language of languages) {
    const words = language === null ? undefined : all[language];
    if (words && language !== null) return { language, words };
  }
  return { language: 'en', words: english };
}

/** As people of that language write a time, with its zone. */
export function timeIn(language: string, timeZone: string | undefined, at: number): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(at);
}
