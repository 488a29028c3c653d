import type { AddressRefusal } from '../domain/address-rules.ts';
import type { Address } from '../domain/address.ts';
import type { Instant, Seconds } from '../domain/time.ts';
import type { Sound } from './line.ts';

/** Prompts whose words never change; rendered at set-up. */
export const fixedPrompts = [
  'welcome',
  'knock-code',
  'knock-code-no-match',
  'pin',
  'pin-no-match',
  'not-recognised',
  'not-recognised-goodbye',
  'address',
  'address-no-match',
  'address-impossible',
  'address-private',
  'address-reserved',
  'address-own',
  'too-many-open',
  'confirm-no-match',
  'no-input',
  'nothing-opened',
  'unavailable',
  'goodbye',
] as const;

export type FixedPrompt = (typeof fixedPrompts)[number];

/** A named utterance, with what it speaks of. The words are in sounds/<language>/prompts.yaml. */
export type Prompt =
  | { readonly name: FixedPrompt }
  | { readonly name: 'read-back'; readonly address: Address }
  | { readonly name: 'opened'; readonly until: Instant; readonly seconds: Seconds }
  | { readonly name: 'server-address'; readonly address: Address };

export type PromptName = Prompt['name'];

export const refusalPrompts = {
  impossible: 'address-impossible',
  private: 'address-private',
  reserved: 'address-reserved',
  own: 'address-own',
} as const satisfies Record<AddressRefusal, FixedPrompt>;

export interface Spoken {
  readonly sound: Sound;
  /** The words as written, for the log and the screen. */
  readonly words: string;
}

/** Turns prompts into sound. */
export interface Speech {
  /**
   * Settles in bounded time.
   * @throws AccessError `speech-failed`; what cannot be said must not be assumed heard.
   */
  render(prompt: Prompt): Promise<Spoken>;
}
