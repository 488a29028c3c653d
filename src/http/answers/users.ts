import { z } from 'zod';
import type { NewSheetResult, NewTotpResult, NewUserResult } from '../../access/administration.ts';
import {
  attestations,
  callerPolicies,
  pairings,
  secondFactors,
  type User,
} from '../../domain/user.ts';
import { iso, number, texts, textOrNull, time } from './common.ts';

export const userShape = z
  .strictObject({
    id: number,
    name: z.string(),
    disabled: z.boolean(),
    services: texts,
    language: textOrNull,
    callerPolicy: z.enum(callerPolicies),
    numbers: texts,
    leastAttestation: z.enum(attestations).nullable(),
    pairing: z.enum(pairings),
    email: textOrNull.describe('Where they are told of what is opened in their name.'),
    secondFactor: z.enum(secondFactors),
    codesLeft: number.describe('Codes left on the sheet; 0 without one.'),
    revision: number.describe('Rises with every change of the settings or the secrets.'),
    createdAt: time,
  })
  .meta({ id: 'User' });
export type UserAnswer = z.output<typeof userShape>;

/** The secrets in these are shown this once. */
export const newUserShape = z
  .strictObject({ user: userShape, knockCode: z.string(), pin: z.string() })
  .meta({ id: 'UserWithSecrets' });
export type NewUserAnswer = z.output<typeof newUserShape>;

export const newPinShape = z
  .strictObject({ user: userShape, pin: z.string() })
  .meta({ id: 'UserWithPin' });
export type NewPinAnswer = z.output<typeof newPinShape>;

export const newKnockCodeShape = z
  .strictObject({ user: userShape, knockCode: z.string() })
  .meta({ id: 'UserWithKnockCode' });
export type NewKnockCodeAnswer = z.output<typeof newKnockCodeShape>;

export const newTotpShape = z
  .strictObject({
    user: userShape,
    uri: z.string().describe('`otpauth:`, as authenticator apps read it from a QR code.'),
    secret: z.string().describe('Base32, to be typed where no QR code can be read.'),
  })
  .meta({ id: 'UserWithTotp' });
export type NewTotpAnswer = z.output<typeof newTotpShape>;

export const newSheetShape = z
  .strictObject({ user: userShape, codes: texts })
  .meta({ id: 'UserWithSheet' });
export type NewSheetAnswer = z.output<typeof newSheetShape>;

// field by field: what the store may one day add to its rows must not leak out by itself

export const userAnswer = (user: User): UserAnswer => ({
  id: user.id,
  name: user.name,
  disabled: user.disabled,
  services: user.services,
  language: user.language,
  callerPolicy: user.callerPolicy,
  numbers: user.numbers,
  leastAttestation: user.leastAttestation,
  pairing: user.pairing,
  email: user.email,
  secondFactor: user.secondFactor,
  codesLeft: user.codesLeft,
  revision: user.revision,
  createdAt: iso(user.createdAt),
});

export const newUserAnswer = ({ user, knockCode, pin }: NewUserResult): NewUserAnswer => ({
  user: userAnswer(user),
  knockCode,
  pin,
});

export const newPinAnswer = ({ user, pin }: { user: User; pin: string }): NewPinAnswer => ({
  user: userAnswer(user),
  pin,
});

export const newKnockCodeAnswer = (made: {
  user: User;
  knockCode: string;
}): NewKnockCodeAnswer => ({
  user: userAnswer(made.user),
  knockCode: made.knockCode,
});

export const newTotpAnswer = ({ user, uri, secret }: NewTotpResult): NewTotpAnswer => ({
  user: userAnswer(user),
  uri,
  secret,
});

export const newSheetAnswer = ({ user, codes }: NewSheetResult): NewSheetAnswer => ({
  user: userAnswer(user),
  codes,
});
