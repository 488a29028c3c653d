import type { Items } from '../../../http/answers/common.ts';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { get } from '../../api/ask.ts';
import { useHappenings } from '../../api/events.ts';
import type { Kind } from '../../api/kinds.ts';
import { useAsked, type Asked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';

/** As many as are drawn; who has more open looks for one by its user or address. */
const most = 500;
const beginnings: readonly Kind[] = [
  'gate-opened',
  'gate-renewed',
  'gate-used',
  'gate-healed',
  'user-changed',
];
const ends: readonly Kind[] = ['gate-closed', 'gate-expired'];
const concerned: readonly Kind[] = [...beginnings, ...ends];

export interface OpenGrants {
  readonly grants: readonly GrantAnswer[];
  /** There are more than these. */
  readonly more: boolean;
}

/** What is open, kept true by what happens. */
export function useGrants(): Asked<OpenGrants> {
  const asked = useAsked<OpenGrants>('open', async (signal) => {
    const query = { state: 'active', limit: most };
    const { items, next } = await get<Items<GrantAnswer>>('/v1/grants', query, signal);
    return { grants: items, more: next !== null };
  });
  const { know } = asked;
  useKept(concerned, asked);
  // what has ended is gone at once, however long the list takes to come
  useHappenings(ends, ({ grantId }) => know((before) => before && without(before, grantId)));
  return asked;
}

export const without = (before: OpenGrants, id: number | undefined): OpenGrants => ({
  ...before,
  grants: before.grants.filter((grant) => grant.id !== id),
});
