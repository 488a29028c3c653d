import { randomInt } from 'node:crypto';
import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import { newKnockCode, parseKnockCode, type KnockCode } from '../../domain/knock-code.ts';
import { newPin, parsePin, type Pin } from '../../domain/pin.ts';
import { isUserName, usualSettings, type User } from '../../domain/user.ts';
import type { NamePage } from '../../domain/ports.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { pageOf, type PageOf } from '../paging.ts';
import { entries, type AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';
import { differences, onRecord, settled, type WantedSettings } from './user-settings.ts';

/** The only time that these secrets are seen. */
export interface NewUserResult {
  readonly user: User;
  readonly knockCode: KnockCode;
  readonly pin: Pin;
}

export type NewUserRequest = WantedSettings & {
  readonly name: string;
  readonly knockCode?: string | undefined;
  readonly pin?: string | undefined;
};

export interface UserAdministration {
  /** By name. */
  users(page: NamePage): Promise<PageOf<User, string>>;
  user(name: string): Promise<User>;
  /** Makes up the knock code and the PIN unless they are given; settings left out are the usual ones. */
  addUser(request: NewUserRequest, by: Actor): Promise<NewUserResult>;
  /** Disabling closes the user's open addresses, too. */
  changeUser(name: string, changes: WantedSettings, by: Actor): Promise<User>;
  /**
   * Closes what they have open and forgets what they identify with; their name is not given
   * again, for the record goes on naming them. Resolves to who they were.
   */
  removeUser(name: string, by: Actor): Promise<User>;
}

export function userAdministration(parts: AdministrationParts): UserAdministration {
  const { stores, gate, secrets, lockouts, clock } = parts;
  const { users } = stores;
  const entry = entries(clock);
  // two changes at once must not make together what neither may alone
  const changing = oneAtATime();

  async function setDisabled(user: User, disabled: boolean, by: Actor): Promise<void> {
    const kind = disabled ? 'user-disabled' : 'user-enabled';
    const { id, name } = user;
    await users.change(id, { disabled }, entry(by, kind, { userId: id, detail: { name } }));
  }

  async function change(name: string, wanted: WantedSettings, by: Actor): Promise<User> {
    const user = await userNamed(users, name);
    const after = await settled(user, wanted, parts);
    const { disabled, ...others } = differences(user, after);
    // shut out before, let in after: at no moment is the user let in by settings that shall not be
    if (disabled) await setDisabled(user, true, by);
    if (Object.keys(others).length > 0) {
      const detail = { name, ...onRecord(others) };
      await users.change(user.id, others, entry(by, 'user-changed', { userId: user.id, detail }));
    }
    if (disabled === false) await setDisabled(user, false, by);
    return userNamed(users, name);
  }

  /** What is open must go, too; what cannot be confirmed now is tried again until it is. */
  async function shutOut({ id, name }: User, how: string, by: Actor): Promise<void> {
    try {
      await gate.closeAllOf(id, by);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      const { code, message, cause } = error;
      throw new AccessError(code, `User ${name} is ${how}. ${message}`, { cause });
    }
  }

  return {
    users: (wanted) =>
      pageOf(
        wanted,
        (page) => users.page(page),
        ({ name }) => name,
      ),
    user: (name) => userNamed(users, name),

    async addUser({ name, knockCode, pin, ...wanted }, by) {
      if (!isUserName(name)) {
        throw new AccessError(
          'invalid',
          'A user name has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit.',
        );
      }
      const code = knockCode === undefined ? newKnockCode(randomInt) : parseKnockCode(knockCode);
      if (!code) {
        throw new AccessError(
          'invalid',
          'A knock code is three numbers from 1 to 65535 with * between them.',
        );
      }
      const chosen = pin === undefined ? newPin(randomInt) : parsePin(pin);
      if (!chosen) throw new AccessError('invalid', 'A PIN is 4 to 12 digits.');
      const settings = await settled(usualSettings, wanted, parts);
      const unusual = onRecord(differences(usualSettings, settings));
      const user = await users.add(
        { ...settings, name, createdAt: clock.now() },
        { knockCodeLookup: secrets.knockCodeLookup(code), pinHash: await secrets.hashPin(chosen) },
        entry(by, 'user-created', { detail: { name, ...unusual } }),
      );
      return { user, knockCode: code, pin: chosen };
    },

    async changeUser(name, wanted, by) {
      const user = await changing(() => change(name, wanted, by));
      // again, too, when the user was disabled already: something may have been left open
      if (wanted.disabled) await shutOut(user, 'disabled', by);
      return user;
    },

    async removeUser(name, by) {
      const user = await changing(async () => {
        const known = await userNamed(users, name);
        const { id } = known;
        await lockouts.endAllOf(id, by);
        await users.remove(
          id,
          clock.now(),
          entry(by, 'user-removed', { userId: id, detail: { name } }),
        );
        return known;
      });
      await shutOut(user, 'removed', by);
      return { ...user, disabled: true };
    },
  };
}
