import { AccessError } from '../../domain/access-error.ts';
import type { UserStore } from '../../domain/ports.ts';
import type { User } from '../../domain/user.ts';

/** @throws AccessError `not-found`. */
export async function userNamed(users: UserStore, name: string): Promise<User> {
  const user = await users.byName(name);
  if (!user) throw new AccessError('not-found', `There is no user named ${name}.`);
  return user;
}
