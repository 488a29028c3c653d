import type { KnockCode } from '../domain/knock-code.ts';
import type { UserStore } from '../domain/ports.ts';
import type { Secrets } from './secrets.ts';

/**
 * Whether a one-time code is asked for. Of the knock codes that are nobody's, as large
 * a part is asked as of those that are somebody's, each always alike. A disabled user's
 * is nobody's.
 */
export function createCodeQuestion(
  users: Pick<UserStore, 'byKnockCode' | 'countEnabled'>,
  secrets: Secrets,
): (knockCode: KnockCode) => Promise<boolean> {
  return async (knockCode) => {
    // the same work whether it is somebody's or not
    const [found, enabled] = await Promise.all([
      users.byKnockCode(secrets.knockCodeLookup(knockCode)),
      users.countEnabled(),
    ]);
    const asIfSomebodys = secrets.lotOf(knockCode) * enabled.all < enabled.withSecondFactor;
    if (!found || found.user.disabled) return asIfSomebodys;
    return found.user.secondFactor !== 'none';
  };
}
