import { z } from 'zod';
import type { Actor } from '../../domain/attempt.ts';
import type { Instant } from '../../domain/time.ts';
import { roles, type Role } from '../../domain/token.ts';
import { isoOrNull, timeOrNull } from './common.ts';

export const sessionShape = z
  .strictObject({
    name: z.string().describe('Of the token, or of whoever came by the administrators’ socket.'),
    role: z.enum(roles),
    expiresAt: timeOrNull.describe('When it ends if nothing more is done; null: not by itself.'),
  })
  .meta({ id: 'Session' });
export type SessionAnswer = z.output<typeof sessionShape>;

export const sessionAnswer = (who: {
  readonly by: Actor;
  readonly role: Role;
  readonly endsAt: Instant | null;
}): SessionAnswer => ({
  name: who.by.slice(who.by.indexOf(':') + 1),
  role: who.role,
  expiresAt: isoOrNull(who.endsAt),
});
