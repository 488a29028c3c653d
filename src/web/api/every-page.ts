import type { Items } from '../../http/answers/common.ts';
import { get, type Query } from './ask.ts';

/** The most rows in one answer of the API. */
const limit = 500;

export interface Whole<Row> {
  readonly items: readonly Row[];
  /** There are more, which were not asked for. */
  readonly more: boolean;
}

/** A list from its beginning, page after page; a bound keeps the browser usable whatever its length is. */
export async function everyPage<Row>(
  path: string,
  query: Query = {},
  { signal, most = 5000 }: { signal?: AbortSignal; most?: number } = {},
): Promise<Whole<Row>> {
  const items: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await get<Items<Row>>(path, { ...query, limit, cursor }, signal);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < most);
  return { items, more: cursor !== undefined };
}
