import type { UserAnswer } from '../../../http/answers/users.ts';
import { everyPage } from '../../api/every-page.ts';
import { useAsked } from '../../api/use-asked.ts';

/** Users' names by their number: the record knows numbers, people know names. */
export type Names = ReadonlyMap<number, string>;

const none: Names = new Map();

export function useNames(): Names {
  const { value } = useAsked('names', async (signal) => {
    const { items } = await everyPage<UserAnswer>('/v1/users', {}, { signal });
    return new Map(items.map(({ id, name }) => [id, name]));
  });
  return value ?? none;
}

/** Whoever was removed has a number and no name any more. */
export function nameOf(names: Names, id: number | null | undefined): string {
  if (id === null || id === undefined) return '–';
  return names.get(id) ?? `user ${id}`;
}
