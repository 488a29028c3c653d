import { randomInt } from 'node:crypto';
import type { Actor, AuditEntry } from '../domain/attempt.ts';
import { newSheetCode, type OneTimeCode } from '../domain/one-time-code.ts';
import type { NewSecondFactor, Stores } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import type { Secrets } from './secrets.ts';
import { newTotpSecret, totpUri } from './totp.ts';

/** Hands out second factors, and takes them away. Each replaces what the user had before. */
export interface SecondFactors {
  /** `uri` is an `otpauth:` URI, `secret` the same in base 32. This is the only time that they are seen. */
  newTotp(
    user: User,
    by: Actor,
  ): Promise<{ readonly user: User; readonly uri: string; readonly secret: string }>;
  /** A sheet of single-use codes; this is the only time that they are seen. */
  newSheet(
    user: User,
    by: Actor,
  ): Promise<{ readonly user: User; readonly codes: readonly OneTimeCode[] }>;
  /** @throws AccessError `not-found`, as the others. */
  remove(user: User, by: Actor): Promise<User>;
}

export interface SecondFactorParts {
  readonly stores: Pick<Stores, 'users'>;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** What authenticator apps show beside the user's name: the site. */
  readonly issuer: string;
}

/** As many as fit on a card that is carried about. */
const codesOnSheet = 20;

export function createSecondFactors(parts: SecondFactorParts): SecondFactors {
  const { stores, secrets, clock, issuer } = parts;

  function set(user: User, factor: NewSecondFactor, by: Actor): Promise<User> {
    const kind: AuditEntry['kind'] =
      factor.kind === 'none' ? 'second-factor-removed' : 'second-factor-set';
    return stores.users.setSecondFactor(user.id, factor, {
      at: clock.now(),
      actor: by,
      kind,
      userId: user.id,
      detail: { name: user.name, factor: factor.kind },
    });
  }

  return {
    async newTotp(user, by) {
      const secret = newTotpSecret();
      const sealed = secrets.seal(secret, { purpose: 'totp', userId: user.id });
      const changed = await set(user, { kind: 'totp', sealed }, by);
      return { user: changed, uri: totpUri(secret, issuer, user.name), secret };
    },
    async newSheet(user, by) {
      const codes = new Set<OneTimeCode>();
      while (codes.size < codesOnSheet) codes.add(newSheetCode(randomInt));
      const lookups = [...codes].map((code) => secrets.sheetCodeLookup(user.id, code));
      return { user: await set(user, { kind: 'sheet', lookups }, by), codes: [...codes] };
    },
    remove: (user, by) => set(user, { kind: 'none' }, by),
  };
}
