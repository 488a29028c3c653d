import type { PhoneNumber } from './phone-number.ts';
import type { Instant } from './time.ts';

/** What is asked for besides the PIN: nothing, a time-based code (RFC 6238), or one from a printed sheet. */
export const secondFactors = ['none', 'totp', 'sheet'] as const;
export type SecondFactor = (typeof secondFactors)[number];

/** Which telephones a user may use: any, their listed ones, or only one that we phone ourselves. */
export const callerPolicies = ['any', 'listed', 'call-back'] as const;
export type CallerPolicy = (typeof callerPolicies)[number];

/**
 * How far the caller's carrier vouches for the number (SHAKEN, ATIS-1000074): A for
 * the caller and the number, B for the caller, C for neither.
 */
export const attestations = ['A', 'B', 'C'] as const;
export type Attestation = (typeof attestations)[number];

/** What a browser is pointed at in pairing: a port spoken in the call, or the knock code's three numbers. */
export const pairings = ['spoken-port', 'knock-code'] as const;
export type Pairing = (typeof pairings)[number];

/** What an administrator may set for each user. */
export interface UserSettings {
  readonly disabled: boolean;
  /** The services that this user's grants open; empty means the site's default. */
  readonly services: readonly string[];
  /** Null means the language of the number dialled. */
  readonly language: string | null;
  readonly callerPolicy: CallerPolicy;
  /** The telephones that are known to be theirs; the first is the one to call back. */
  readonly numbers: readonly PhoneNumber[];
  /** The least attestation that a call must come with; null asks for none. */
  readonly leastAttestation: Attestation | null;
  readonly pairing: Pairing;
  /** Where they are told of what is opened in their name; null tells them nothing. */
  readonly email: string | null;
}

/** A person who may telephone. The voice on the line is the *caller*; this is the record. */
export interface User extends UserSettings {
  readonly id: number;
  /** Unique, as typed by administrators: letters, digits, `.`, `_`, `-`, at most 64. */
  readonly name: string;
  /** Set by handing out a second factor, or taking it away. */
  readonly secondFactor: SecondFactor;
  /** Codes left on the sheet; 0 without one. */
  readonly codesLeft: number;
  /** Rises with every change of the user's secrets or settings: what was agreed before is not valid any more. */
  readonly revision: number;
  readonly createdAt: Instant;
}

export type NewUser = Omit<User, 'id' | 'secondFactor' | 'codesLeft' | 'revision'>;

export const usualSettings: UserSettings = {
  disabled: false,
  services: [],
  language: null,
  callerPolicy: 'any',
  numbers: [],
  leastAttestation: null,
  pairing: 'spoken-port',
  email: null,
};

/** What is kept instead of the knock code and the PIN; never leaves access/ and the store. */
export interface UserSecrets {
  /** HMAC of the knock code, hexadecimal: the key under which the user is found. */
  readonly knockCodeLookup: string;
  /** scrypt of the PIN with its salt and parameters, see access/secrets. */
  readonly pinHash: string;
  /** The secret of the time-based codes, encrypted, see access/secrets. */
  readonly totp: string | null;
}

export function isUserName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** Whether what the call came with is good enough for what is asked. */
export function attested(given: Attestation | null, least: Attestation | null): boolean {
  return least === null || (given !== null && given <= least);
}
