import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import type { LockoutPage, LockoutSubject } from '../../domain/ports.ts';
import type { Lockout, LockoutKey } from '../lockouts.ts';
import { seenPage, type PageOf } from '../paging.ts';
import { userOf } from '../lockout-rules.ts';
import type { AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';

/** A lockout with the name of the user that it concerns; null when it is a telephone's alone. */
export type SeenLockout = Lockout & { readonly userName: string | null };

export interface LockoutAdministration {
  lockouts(page: LockoutPage): Promise<PageOf<SeenLockout, LockoutKey>>;
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

  async function seen(some: readonly Lockout[]): Promise<SeenLockout[]> {
    const names = new Map<number, string | null>();
    for (const id of some.flatMap(({ subject }) => userOf(subject) ?? [])) {
      if (!names.has(id)) names.set(id, (await stores.users.byId(id))?.name ?? null);
    }
    return some.map((lockout) => ({
      ...lockout,
      userName: names.get(userOf(lockout.subject) ?? 0) ?? null,
    }));
  }

  return {
    lockouts: (page) => seenPage(lockouts.page(page), seen),

    async endLockout(subject, by) {
      const found = isLockoutSubject(subject) ? await lockouts.of(subject) : undefined;
      if (!found) {
        throw new AccessError(
          'not-found',
          'Nothing is held against this subject; "dialgate lockout list" shows those that there are.',
        );
      }
      const [ended] = await seen([found]);
      await lockouts.end(found.subject, by);
      return ended as SeenLockout;
    },

    async unlockUser(name, by) {
      return lockouts.endAllOf((await userNamed(stores.users, name)).id, by);
    },
  };
}
