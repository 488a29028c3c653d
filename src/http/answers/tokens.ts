import { z } from 'zod';
import { roles, type Token } from '../../domain/token.ts';
import { iso, isoOrNull, number, time, timeOrNull } from './common.ts';

export const tokenShape = z
  .strictObject({
    id: number,
    name: z.string(),
    role: z.enum(roles),
    createdAt: time,
    expiresAt: timeOrNull.describe('Null: it lasts until it is revoked.'),
    revokedAt: timeOrNull,
  })
  .meta({ id: 'Token' });
export type TokenAnswer = z.output<typeof tokenShape>;

/** The secret is shown this once. */
export const newTokenShape = z
  .strictObject({ token: tokenShape, secret: z.string() })
  .meta({ id: 'TokenWithSecret' });
export type NewTokenAnswer = z.output<typeof newTokenShape>;

export const tokenAnswer = (token: Token): TokenAnswer => ({
  id: token.id,
  name: token.name,
  role: token.role,
  createdAt: iso(token.createdAt),
  expiresAt: isoOrNull(token.expiresAt),
  revokedAt: isoOrNull(token.revokedAt),
});

export const newTokenAnswer = (made: { token: Token; secret: string }): NewTokenAnswer => ({
  token: tokenAnswer(made.token),
  secret: made.secret,
});
