import type { AuditEntry } from '../domain/attempt.ts';
import type { OneTimeCode } from '../domain/one-time-code.ts';
import type { UserStore } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { User, UserSecrets } from '../domain/user.ts';
import type { Secrets } from './secrets.ts';
import { totpStep } from './totp.ts';

export type CodeRefusal = 'wrong-code' | 'code-used';

/** Uses up a user's one-time code; to be asked last, when all else is right. */
export type CodeCheck = (
  found: { readonly user: User; readonly secrets: UserSecrets },
  code: OneTimeCode | null,
  entry: AuditEntry,
) => Promise<CodeRefusal | undefined>;

/** `undefined` means that the code was right, or that the user needs none. */
export function createCodeCheck(
  users: Pick<UserStore, 'useTotpStep' | 'useSheetCode'>,
  secrets: Secrets,
  clock: Clock,
): CodeCheck {
  return async ({ user, secrets: kept }, code, entry) => {
    if (user.secondFactor === 'none') return undefined;
    if (code === null) return 'wrong-code';
    if (user.secondFactor === 'sheet') {
      // what was used is not kept apart from what never was on the sheet
      const lookup = secrets.sheetCodeLookup(user.id, code);
      return (await users.useSheetCode(user.id, lookup, entry)) ? undefined : 'wrong-code';
    }
    const secret = kept.totp && secrets.open(kept.totp, { purpose: 'totp', userId: user.id });
    const step = secret ? totpStep(secret, code, clock.now()) : undefined;
    if (step === undefined) return 'wrong-code';
    return (await users.useTotpStep(user.id, step, entry)) ? undefined : 'code-used';
  };
}
