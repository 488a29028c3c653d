import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Items } from '../../../http/answers/common.ts';
import { get, type Query } from '../../api/ask.ts';
import { asProblem, type Problem } from '../../api/problem.ts';

export interface Older<Row> {
  readonly rows: readonly Row[];
  /** There may be more, further back. */
  readonly more: boolean;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** Goes on where the last page ended. */
  readonly older: () => void;
  /** From the newest again. */
  readonly again: () => void;
}

/** Rows that make it worth while to stop and show them. */
const enough = 40;
/** The server bounds what a page costs, so pages of a rare filter may be empty: so many are asked for in a row. */
const mostPages = 8;

interface Seen<Row> {
  readonly key: string;
  readonly rows: readonly Row[];
  readonly next: string | null;
  readonly problem?: Problem;
}

/** A list from its newest row backwards, page by page; begins anew when `path` or `query` become others. */
export function useOlder<Row>(path: string, query: Query): Older<Row> {
  const key = `${path} ${JSON.stringify(query)}`;
  const [seen, see] = useState<Seen<Row>>({ key: '', rows: [], next: null });
  const [busy, setBusy] = useState(true);
  const [round, setRound] = useState(0);
  const asking = useRef<AbortController | undefined>(undefined);

  const load = useCallback(
    (from: string | null, before: readonly Row[]) => {
      asking.current?.abort();
      const abort = new AbortController();
      asking.current = abort;
      setBusy(true);
      loadPages(path, query, from, abort.signal)
        .then(({ rows, next }) => {
          if (!abort.signal.aborted) see({ key, rows: [...before, ...(rows as Row[])], next });
        })
        .catch((error: unknown) => {
          if (!abort.signal.aborted) {
            see({ key, rows: before, next: from, problem: asProblem(error) });
          }
        })
        .finally(() => {
          if (!abort.signal.aborted) setBusy(false);
        });
    },
    // the key says all that path and query do
    [key],
  );

  useEffect(() => {
    load(null, []);
    return () => asking.current?.abort();
  }, [load, round]);

  const fits = seen.key === key;
  return {
    rows: fits ? seen.rows : [],
    more: fits && seen.next !== null,
    busy,
    problem: fits ? seen.problem : undefined,
    older: () => {
      if (!busy && seen.next !== null) load(seen.next, seen.rows);
    },
    again: () => setRound((count) => count + 1),
  };
}

async function loadPages(
  path: string,
  query: Query,
  from: string | null,
  signal: AbortSignal,
): Promise<{ rows: unknown[]; next: string | null }> {
  const rows: unknown[] = [];
  let next = from;
  for (let pages = 0; pages < mostPages && rows.length < enough; pages++) {
    const cursor = next ?? undefined;
    const page = await get<Items<unknown>>(path, { ...query, cursor, limit: 50 }, signal);
    rows.push(...page.items);
    next = page.next;
    if (next === null) break;
  }
  return { rows, next };
}
