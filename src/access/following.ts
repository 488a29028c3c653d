import type { AuditRow } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { Seconds, Timer } from '../domain/time.ts';

/** What there is to say to somebody who follows the record. */
export type Happening =
  | { readonly kind: 'rows'; readonly rows: readonly AuditRow[] }
  /** What came after one number and before another is not to be had: it was removed, or is too much. */
  | { readonly kind: 'gap'; readonly after: number; readonly from: number }
  /** That there was nothing for a while, up to this row. */
  | { readonly kind: 'quiet'; readonly seq: number };

export type Gap = Extract<Happening, { kind: 'gap' }>;

/** Follows the record at the pace of whoever reads: nothing is kept for them but a number. */
export interface Following {
  /** Undefined when it has ended. Not to be asked again before it has answered. */
  next(): Promise<Happening | undefined>;
  end(): void;
}

/** So long after the last word there is another. Proxies cut what is silent for a minute. */
export const wordEvery: Seconds = 15;
/** In one piece: it is what is held for somebody who reads slowly. */
const atOnce = 50;

export function followRecord(
  { audit, timer }: { readonly audit: Pick<AuditLog, 'after' | 'watch'>; readonly timer: Timer },
  /** The last row that is known, and a gap that is to be told of first. */
  { known, gap }: { readonly known: number; readonly gap?: Gap | undefined },
  wanted: (row: AuditRow) => boolean,
): Following {
  let last = known;
  let untold = gap;
  let news = true;
  let wordDue = false;
  let ended = false;
  let wake: (() => void) | undefined;
  let alarm: { cancel(): void } | undefined;

  const unwatch = audit.watch(() => {
    news = true;
    wake?.();
  });

  function awaitWord(): void {
    alarm?.cancel();
    alarm = timer(wordEvery, () => {
      wordDue = true;
      // what other processes have written nobody has told us of
      news = true;
      wake?.();
    });
  }

  async function read(): Promise<Happening | undefined> {
    news = false;
    const rows = await audit.after(last, atOnce);
    const [first] = rows;
    if (!first || ended) return undefined;
    news = rows.length === atOnce;
    if (first.seq > last + 1) {
      // read again after this has been told
      news = true;
      const missing: Gap = { kind: 'gap', after: last, from: first.seq };
      last = first.seq - 1;
      return missing;
    }
    last = rows.at(-1)?.seq ?? last;
    const fit = rows.filter(wanted);
    return fit.length === 0 ? undefined : { kind: 'rows', rows: fit };
  }

  return {
    async next() {
      if (ended) return undefined;
      awaitWord();
      if (untold) {
        const told = untold;
        untold = undefined;
        return told;
      }
      for (;;) {
        if (ended) return undefined;
        const happening = news ? await read() : undefined;
        if (happening) return happening;
        if (wordDue && !ended) {
          wordDue = false;
          return { kind: 'quiet', seq: last };
        }
        // also between rows that are not for this reader: others have their turn
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (news || ended) setImmediate(resolve);
        });
        wake = undefined;
      }
    },
    end() {
      ended = true;
      unwatch();
      alarm?.cancel();
      wake?.();
    },
  };
}
