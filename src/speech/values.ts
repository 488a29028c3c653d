import type { Prompt } from '../ivr/prompts.ts';
import { digitByDigit, spokenPort, type Slow, type SpokenForms } from './spoken-forms.ts';

/** What a prompt's placeholders stand for, by name. */
export type Values = Readonly<Record<string, Slow>>;

/** As they are said in a language; times are those of the zone. */
export function valuesOf(prompt: Prompt, forms: SpokenForms, timeZone: string): Values {
  switch (prompt.name) {
    case 'language-offer':
      return { key: [String(prompt.key)] };
    case 'read-back':
    case 'paired':
    case 'closed-one':
    case 'close-oldest':
      return { address: forms.address(prompt.address) };
    case 'server-address':
      return { address: forms.wholeAddress(prompt.address) };
    case 'open-address':
    case 'close-which':
      return {
        address: forms.address(prompt.address),
        duration: [forms.duration(prompt.seconds)],
      };
    case 'replace-number':
      return { position: [String(prompt.position)], number: [digitByDigit(prompt.number)] };
    case 'pair-port':
      return { port: spokenPort(prompt.port) };
    case 'opened':
    case 'extended':
      return {
        duration: [forms.duration(prompt.seconds)],
        until: [forms.until(prompt.until, timeZone)],
      };
    case 'codes-left':
      return { count: [String(prompt.count)] };
    default:
      return {};
  }
}
