import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { LockoutSubject } from '../../domain/ports.ts';
import type { Lockout } from '../lockouts.ts';
import type { AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';

/** A lockout with the name of the user that it concerns; null when it is a telephone's alone. */
export type SeenLockout = Lockout & { readonly userName: string | null };

export interface LockoutAdministration {
  lockouts(): Promise<SeenLockout[]>;
  /** Resolves to what was ended. @throws AccessError `not-found`. */
  endLockout(subject: string, by: Actor): Promise<SeenLockout>;
  /** Ends all of a user's; resolves to how many. */
  unlockUser(name: string, by: Actor): Promise<number>;
}

export function isLockoutSubject(text: string): text is LockoutSubject {
  return /^(user:[1-9][0-9]{0,15}|(user:[1-9][0-9]{0,15}\/)?caller:[^]{1,200})$/.test(text);
}

export function lockoutAdministration(parts: AdministrationParts): LockoutAdministration {
  const { stores, lockouts } = parts;

  async function seen(): Promise<SeenLockout[]> {
    const [all, users] = await Promise.all([lockouts.list(), stores.users.list()]);
    const names = new Map(users.map(({ id, name }) => [`user:${id}`, name]));
    return all.map((lockout) => ({
      ...lockout,
      userName: names.get(lockout.subject.split('/')[0] ?? '') ?? null,
    }));
  }

  return {
    lockouts: seen,

    async endLockout(subject, by) {
      const found = (await seen()).find((lockout) => lockout.subject === subject);
      if (!found) {
        throw new AccessError(
          'not-found',
          'Nothing is held against this subject; "dialgate lockout list" shows those that there are.',
        );
      }
      await lockouts.end(found.subject, by);
      return found;
    },

    async unlockUser(name, by) {
      return lockouts.endAllOf((await userNamed(stores.users, name)).id, by);
    },
  };
}
