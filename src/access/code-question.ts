import type { KnockCode } from '../domain/knock-code.ts';
import type { UserStore } from '../domain/ports.ts';
import type { Secrets } from './secrets.ts';

/**
 * Whether a one-time code is asked for. Of the knock codes that are nobody's, as large
 * a part is asked as of those that are somebody's, each always alike.
 */
export function createCodeQuestion(
  users: Pick<UserStore, 'byKnockCode' | 'list'>,
  secrets: Secrets,
): (knockCode: KnockCode) => Promise<boolean> {
  return async (knockCode) => {
    // the same work whether it is somebody's or not
    const [found, all] = await Promise.all([
      users.byKnockCode(secrets.knockCodeLookup(knockCode)),
      users.list(),
    ]);
    const enabled = all.filter(({ disabled }) => !disabled);
    const careful = enabled.filter(({ secondFactor }) => secondFactor !== 'none');
    const asIfSomebodys = secrets.lotOf(knockCode) * enabled.length < careful.length;
    return found ? found.user.secondFactor !== 'none' : asIfSomebodys;
  };
}
