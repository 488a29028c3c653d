import { z } from 'zod';
import type { SeenLockout } from '../../access/administration.ts';
import { iso, isoOrNull, number, textOrNull, time, timeOrNull } from './common.ts';

export const lockoutShape = z
  .strictObject({
    subject: z.string().describe('A telephone, a user, or a user from one telephone.'),
    userName: textOrNull,
    failures: number,
    lastAt: time.describe('The last of the failures.'),
    lockedUntil: timeOrNull.describe('Null while failures have not led to a lock.'),
  })
  .meta({ id: 'Lockout' });
export type LockoutAnswer = z.output<typeof lockoutShape>;

export const unlockedShape = z.strictObject({
  ended: number.describe('How many lockouts of the user there were.'),
});
export type UnlockedAnswer = z.output<typeof unlockedShape>;

export const lockoutAnswer = (lockout: SeenLockout): LockoutAnswer => ({
  subject: lockout.subject,
  userName: lockout.userName,
  failures: lockout.failures,
  lastAt: iso(lockout.lastAt),
  lockedUntil: isoOrNull(lockout.lockedUntil),
});
