import type { Language } from '../ivr/prompts.ts';
import { english } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { italian } from './italian.ts';
import { spanish } from './spanish.ts';
import type { SpokenForms } from './spoken-forms.ts';

/** The languages that dialgate speaks; each has its words in sounds/<language>/prompts.yaml. */
export const spokenLanguages: Readonly<Record<Language, SpokenForms>> = {
  en: english,
  es: spanish,
  fr: french,
  de: german,
  it: italian,
};
