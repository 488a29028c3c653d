import type { Page } from '../domain/ports.ts';
import type { Items } from './answers.ts';

/** Reads one row more than asked for: whether it is there tells whether there is a next page. */
export async function paged<Wanted extends Page, Row, Shown>(
  wanted: Wanted,
  rows: (page: Wanted) => Promise<readonly Row[]>,
  idOf: (row: Row) => number,
  shown: (row: Row) => Shown,
): Promise<{ body: Items<Shown> }> {
  const found = await rows({ ...wanted, limit: wanted.limit + 1 });
  const some = found.slice(0, wanted.limit);
  const last = some.at(-1);
  const next = found.length > some.length && last !== undefined ? idOf(last) : null;
  return { body: { items: some.map(shown), next } };
}
