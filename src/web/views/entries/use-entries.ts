import type { Items } from '../../../http/answers/common.ts';
import type { EntryAnswer } from '../../../http/entry-answers.ts';
import { get } from '../../api/ask.ts';
import type { Kind } from '../../api/kinds.ts';
import { useAsked, type Asked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';

/** One screenful or two: a hundred thousand entries are looked through page by page. */
const perPage = 50;

const concerned: readonly Kind[] = [
  'entry-added',
  'entry-changed',
  'entry-removed',
  'entry-expired',
  'name-changed',
  'name-failing',
  'name-recovered',
];

export interface EntryFilter {
  readonly find: string;
  readonly failing: boolean;
  /** Where the page begins, as the page before said. */
  readonly cursor: string | undefined;
}

/** A page of the entries, kept true by what happens. */
export function useEntries({ find, failing, cursor }: EntryFilter): Asked<Items<EntryAnswer>> {
  const query = {
    find: find.trim(),
    failing: failing ? 'true' : undefined,
    cursor,
    limit: perPage,
  };
  const asked = useAsked(JSON.stringify(query), (signal) =>
    get<Items<EntryAnswer>>('/v1/entries', query, signal),
  );
  useKept(concerned, asked, 60_000);
  return asked;
}
