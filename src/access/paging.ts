/** Some rows of a list, and the key to go on with; null at the end. A page may have fewer rows than asked for. */
export interface PageOf<Row, Key> {
  readonly rows: readonly Row[];
  readonly next: Key | null;
}

/** Reads one row more than asked for: whether it is there tells whether there is a next page. */
export async function pageOf<Row, Key, Wanted extends { readonly limit: number }>(
  wanted: Wanted,
  read: (wanted: Wanted) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): Promise<PageOf<Row, Key>> {
  const found = await read({ ...wanted, limit: wanted.limit + 1 });
  const rows = found.slice(0, wanted.limit);
  const last = rows.at(-1);
  return { rows, next: found.length > rows.length && last !== undefined ? keyOf(last) : null };
}

/** The same page with its rows seen otherwise. */
export async function seenPage<Row, Key, Seen>(
  page: Promise<PageOf<Row, Key>>,
  seen: (rows: readonly Row[]) => Promise<readonly Seen[]> | readonly Seen[],
): Promise<PageOf<Seen, Key>> {
  const { rows, next } = await page;
  return { rows: await seen(rows), next };
}
