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
  'one-time-code',
  'one-time-code-no-match',
  'start-again', // after ##
  'not-recognised',
  'not-recognised-goodbye',
  'call-back', // we hang up now and phone you
  'call-back-welcome', // this is the call that you asked for; then the PIN is asked again
  'address',
  'address-or-pair', // as address, and: 0 and hash to be recognised
  'address-no-match',
  'address-impossible',
  'address-private',
  'address-reserved',
  'address-own',
  'number-no-match', // of the one number that replaces another
  'confirm-no-match', // at every question of single keys
  'pair-knock', // point a browser at the three numbers of your knock code, as ports
  'pair-waiting', // still waiting; star ends it
  'pair-none', // nothing came
  'pair-several', // more than one came: key the address instead
  'pair-unavailable',
  'too-many-open', // and the oldest may not be closed
  'menu',
  'nothing-open',
  'closed-all',
  'not-closed', // it is tried again until it is; tell your administrator
  'arrived',
  'not-arrived', // with the commonest reason
  'server-address-unknown',
  'no-input',
  'nothing-opened',
  'unavailable',
  'goodbye',
] as const;

export type FixedPrompt = (typeof fixedPrompts)[number];

/** A named utterance, with what it speaks of. The words are in sounds/<language>/prompts.yaml. */
export type Prompt =
  | { readonly name: FixedPrompt }
  /** "For English, press star 1": always spoken in the language that it offers. */
  | { readonly name: 'language-offer'; readonly key: number }
  /** You keyed …; 1 opens, 2 again, 3 and a position (1 to 4) changes one number. */
  | { readonly name: 'read-back'; readonly address: Address }
  /** What pairing has found: 1 opens, 2 not. IPv6 is read as its last two groups. */
  | { readonly name: 'paired'; readonly address: Address }
  /** Number `position` is `number` now; key the right one. */
  | { readonly name: 'replace-number'; readonly position: number; readonly number: number }
  /** Point a browser at the server's address, colon, this port. */
  | { readonly name: 'pair-port'; readonly port: number }
  | { readonly name: 'opened'; readonly until: Instant; readonly seconds: Seconds }
  | { readonly name: 'extended'; readonly until: Instant; readonly seconds: Seconds }
  | { readonly name: 'server-address'; readonly address: Address }
  /** One of the caller's open addresses, with the time that it has left. */
  | { readonly name: 'open-address'; readonly address: Address; readonly seconds: Seconds }
  /** Closes which? 1 this one, 2 the next, 0 all, star none. */
  | { readonly name: 'close-which'; readonly address: Address; readonly seconds: Seconds }
  | { readonly name: 'closed-one'; readonly address: Address }
  /** The cap is reached: 1 closes this one, the oldest, in exchange; 2 leaves all as it is. */
  | { readonly name: 'close-oldest'; readonly address: Address }
  /** So few one-time codes are left on the sheet. */
  | { readonly name: 'codes-left'; readonly count: number };

export type PromptName = Prompt['name'];

/** Prompts with words that are filled in during the call, each with an example to render in tests. */
export const filledPrompts = [
  { name: 'language-offer', key: 2 },
  { name: 'read-back', address: '203.0.113.7' as Address },
  { name: 'paired', address: '2001:db8::1a2b:3c4d' as Address },
  { name: 'replace-number', position: 2, number: 0 },
  { name: 'pair-port', port: 47_123 },
  { name: 'opened', until: 0, seconds: 14_400 },
  { name: 'extended', until: 0, seconds: 5400 },
  { name: 'server-address', address: '198.51.100.10' as Address },
  { name: 'open-address', address: '203.0.113.7' as Address, seconds: 60 },
  { name: 'close-which', address: '203.0.113.7' as Address, seconds: 7260 },
  { name: 'closed-one', address: '203.0.113.7' as Address },
  { name: 'close-oldest', address: '203.0.113.7' as Address },
  { name: 'codes-left', count: 1 },
] as const satisfies readonly Prompt[];

export const refusalPrompts = {
  impossible: 'address-impossible',
  private: 'address-private',
  reserved: 'address-reserved',
  own: 'address-own',
} as const satisfies Record<AddressRefusal, FixedPrompt>;

/** A language's code, the name of its folder in sounds/: `en`. */
export type Language = string;

export interface Spoken {
  readonly sound: Sound;
  /** The words as written, for the log and the screen. */
  readonly words: string;
}

/** Turns prompts into sound. */
export interface Speech {
  /** Those that can be spoken; never empty. */
  readonly languages: readonly Language[];
  /**
   * Settles in bounded time.
   * @throws AccessError `speech-failed`; what cannot be said must not be assumed heard.
   */
  render(prompt: Prompt, language: Language): Promise<Spoken>;
}
