import { randomInt } from 'node:crypto';
import type { Actor } from '../../domain/attempt.ts';
import { newKnockCode, type KnockCode } from '../../domain/knock-code.ts';
import type { OneTimeCode } from '../../domain/one-time-code.ts';
import { newPin, type Pin } from '../../domain/pin.ts';
import type { User } from '../../domain/user.ts';
import { entries, type AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';

/** The only time that the secret of an authenticator is seen. */
export interface NewTotpResult {
  readonly user: User;
  /** `otpauth:`, as authenticators read it from a QR code. */
  readonly uri: string;
  /** Base32, to be typed where no QR code can be read. */
  readonly secret: string;
}

/** The only time that the codes of a sheet are seen. */
export interface NewSheetResult {
  readonly user: User;
  readonly codes: readonly OneTimeCode[];
}

/** What a user identifies with, made anew. Nothing of it ends what the user has open. */
export interface CredentialAdministration {
  /** Ends the user's lockouts, too: what is new is of no use to somebody who is locked out for the old. */
  resetPin(name: string, by: Actor): Promise<{ user: User; pin: Pin }>;
  /** Ends the user's lockouts, too. */
  newKnockCode(name: string, by: Actor): Promise<{ user: User; knockCode: KnockCode }>;
  /** Replaces whatever second factor there was. */
  newTotp(name: string, by: Actor): Promise<NewTotpResult>;
  /** Replaces whatever second factor there was. */
  newSheet(name: string, by: Actor): Promise<NewSheetResult>;
  /** From now on the PIN is enough. */
  removeSecondFactor(name: string, by: Actor): Promise<User>;
}

export function credentialAdministration(parts: AdministrationParts): CredentialAdministration {
  const { stores, secrets, lockouts, secondFactors, clock } = parts;
  const { users } = stores;
  const entry = entries(clock);

  /** With its new revision; the secret must be shown whatever has become of the user meanwhile. */
  const asItIsNow = async (user: User): Promise<User> => (await users.byId(user.id)) ?? user;

  return {
    async resetPin(name, by) {
      const user = await userNamed(users, name);
      const pin = newPin(randomInt);
      const hash = await secrets.hashPin(pin);
      // the locks first: once the PIN is set, nothing may come between it and who shall see it
      await lockouts.endAllOf(user.id, by);
      const { id } = user;
      await users.setPin(id, hash, entry(by, 'pin-reset', { userId: id, detail: { name } }));
      return { user: await asItIsNow(user), pin };
    },

    async newKnockCode(name, by) {
      const user = await userNamed(users, name);
      const knockCode = newKnockCode(randomInt);
      await lockouts.endAllOf(user.id, by);
      await users.setKnockCode(
        user.id,
        secrets.knockCodeLookup(knockCode),
        entry(by, 'knock-code-reset', { userId: user.id, detail: { name } }),
      );
      return { user: await asItIsNow(user), knockCode };
    },

    async newTotp(name, by) {
      return secondFactors.newTotp(await userNamed(users, name), by);
    },

    async newSheet(name, by) {
      return secondFactors.newSheet(await userNamed(users, name), by);
    },

    async removeSecondFactor(name, by) {
      return secondFactors.remove(await userNamed(users, name), by);
    },
  };
}
