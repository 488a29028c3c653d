import type { Instant } from './time.ts';

/** A person who may telephone. The voice on the line is the *caller*; this is the record. */
export interface User {
  readonly id: number;
  /** Unique, as typed by administrators: letters, digits, `.`, `_`, `-`, at most 64. */
  readonly name: string;
  readonly disabled: boolean;
  /** The services that this user's grants open; empty means the site's default. */
  readonly services: readonly string[];
  readonly createdAt: Instant;
}

/** What is kept instead of the knock code and the PIN; never leaves access/ and the store. */
export interface UserSecrets {
  /** HMAC of the knock code, hexadecimal: the key under which the user is found. */
  readonly knockCodeLookup: string;
  /** scrypt of the PIN with its salt and parameters, see access/secrets. */
  readonly pinHash: string;
}

export function isUserName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}
