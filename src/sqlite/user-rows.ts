import type { PhoneNumber } from '../domain/phone-number.ts';
import type {
  Attestation,
  CallerPolicy,
  Pairing,
  SecondFactor,
  User,
  UserSecrets,
} from '../domain/user.ts';
import { listOf } from './columns.ts';

export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly disabled: number;
  readonly services: string;
  readonly language: string | null;
  readonly caller_policy: CallerPolicy;
  readonly numbers: string;
  readonly least_attestation: Attestation | null;
  readonly pairing: Pairing;
  readonly email: string | null;
  readonly second_factor: SecondFactor;
  readonly codes_left: number;
  readonly knock_code_lookup: string;
  readonly pin_hash: string;
  readonly totp: string | null;
  readonly revision: number;
  readonly created_at: number;
}

/** A user with what stands in tables of its own; those who were removed are not there. */
export const selectUsers = `
  SELECT users.*,
    (SELECT json_group_array(number ORDER BY place) FROM user_numbers WHERE user_id = users.id)
      AS numbers,
    (SELECT count(*) FROM sheet_codes WHERE user_id = users.id) AS codes_left
  FROM users WHERE removed_at IS NULL`;

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    disabled: row.disabled === 1,
    services: listOf(row.services),
    language: row.language,
    callerPolicy: row.caller_policy,
    numbers: listOf(row.numbers) as PhoneNumber[],
    leastAttestation: row.least_attestation,
    pairing: row.pairing,
    email: row.email,
    secondFactor: row.second_factor,
    codesLeft: row.codes_left,
    revision: row.revision,
    createdAt: row.created_at,
  };
}

export function secretsOf(row: UserRow): UserSecrets {
  return { knockCodeLookup: row.knock_code_lookup, pinHash: row.pin_hash, totp: row.totp };
}
