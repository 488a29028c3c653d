import type { PageOf } from '../access/administration.ts';
import type { Items } from './answers/common.ts';
import type { Cursor } from './cursor.ts';

/** A page as it is answered. */
export async function paged<Key, Row, Shown>(
  cursor: Cursor<Key>,
  page: Promise<PageOf<Row, Key>>,
  shown: (row: Row) => Shown,
): Promise<{ body: Items<Shown> }> {
  const { rows, next } = await page;
  return { body: { items: rows.map(shown), next: next === null ? null : cursor.written(next) } };
}
