import type { KeyTiming } from '../asterisk/rtp-keys.ts';
import type { PhoneOptions } from '../asterisk/sip-phone.ts';

/** What a tried connection comes to: dropped without a word, refused, or let in (a banner came). */
export type Try = 'in' | 'dropped' | 'refused';

/** What the lab may ask of its agent at one of the places; one answer each. */
export type Wish =
  | {
      readonly do: 'listen';
      readonly host: string;
      readonly ports: Readonly<Record<string, number>>;
    }
  | {
      readonly do: 'try';
      readonly from?: string | undefined;
      readonly host: string;
      readonly port: number;
      readonly ms: number;
    }
  | {
      readonly do: 'hold';
      readonly from?: string | undefined;
      readonly host: string;
      readonly port: number;
      readonly ms: number;
    }
  | { readonly do: 'echo'; readonly held: number; readonly text: string; readonly ms: number }
  | { readonly do: 'let-go'; readonly held: number }
  | {
      readonly do: 'fetch';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string | undefined;
      readonly ms: number;
    }
  | { readonly do: 'phone'; readonly options: PhoneOptions }
  /** Has a telephone there that answers whoever calls it. */
  | { readonly do: 'be-called'; readonly address: string; readonly port: number }
  /** Keys into the latest call that came. */
  | { readonly do: 'key-called'; readonly keys: string; readonly timing?: KeyTiming | undefined }
  | { readonly do: 'calls-that-came' }
  | {
      readonly do: 'key';
      readonly call: number;
      readonly keys: string;
      readonly timing?: KeyTiming | undefined;
    }
  | { readonly do: 'hang-up' | 'vanish' | 'call-end' | 'heard'; readonly call: number };

export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What each wish is answered with. */
export interface Answers {
  listen: null;
  try: Try;
  /** A number for `echo` and `let-go`. */
  hold: number;
  /** Whether the echo came back in time. */
  echo: boolean;
  'let-go': null;
  fetch: Fetched;
  'be-called': null;
  'key-called': null;
  /** Oldest first. */
  'calls-that-came': readonly { readonly number: string; readonly state: string }[];
  /** A number for the wishes that name a call. */
  phone: number;
  /** Once all is keyed. */
  key: null;
  'hang-up': null;
  vanish: null;
  /** Once it has ended: who hung up. */
  'call-end': 'them' | 'us';
  /** Packets that were not silence. */
  heard: number;
}

export type Asking = { readonly id: number; readonly wish: Wish };
export type Answering = { readonly id: number; readonly answer?: unknown; readonly error?: string };
