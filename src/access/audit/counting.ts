import { AccessError } from '../../domain/access-error.ts';
import type { AuditKind } from '../../domain/attempt.ts';
import type { AuditAbout } from '../../domain/audit.ts';
import type { AuditLog, AuditTally, AuditTallyWanted } from '../../domain/ports.ts';
import type { Instant, Seconds } from '../../domain/time.ts';
import { oneAtATime } from '../one-at-a-time.ts';

/** How many rows of each kind there were in each column of a time. */
export interface AuditCounts {
  /** Oldest first; those in which there was nothing are left out. */
  readonly columns: readonly {
    readonly at: Instant;
    readonly counts: Readonly<Partial<Record<AuditKind, number>>>;
  }[];
  /** Before this time not all was counted, because it would be too much; null: all was. */
  readonly countedFrom: Instant | null;
}

export interface AuditCallers {
  /** The most often first. */
  readonly callers: readonly {
    readonly caller: string;
    readonly failures: number;
    readonly lastAt: Instant;
  }[];
  readonly countedFrom: Instant | null;
}

export interface CountsWanted extends AuditAbout {
  readonly from: Instant;
  readonly to: Instant;
  readonly step: Seconds;
  readonly kinds?: readonly AuditKind[] | undefined;
}

export interface CallersWanted {
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
}

export interface AuditCounting {
  counts(wanted: CountsWanted): Promise<AuditCounts>;
  callers(wanted: CallersWanted): Promise<AuditCallers>;
}

/** Together some half a second of work, in pieces between which calls go on. */
const mostPieces = 100;

/** Some seconds of them; nobody waits for longer. */
const mostWaiting = 8;

/** Counts newest first, as far as a bounded amount of work goes, and for one at a time. */
export function createCounting(audit: Pick<AuditLog, 'tally'>, most = mostPieces): AuditCounting {
  const oneByOne = oneAtATime();
  let waiting = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= mostWaiting) {
      throw new AccessError('too-many-requests', 'Too much is being counted already.');
    }
    waiting += 1;
    return oneByOne(work).finally(() => (waiting -= 1));
  }

  /** Each goes back a piece in its turn, so that none is counted further than the others for long. */
  async function each(
    wanted: readonly AuditTallyWanted[],
    take: (counts: AuditTally['counts']) => void,
  ): Promise<Instant | null> {
    let going: { readonly wanted: AuditTallyWanted; readonly at: Instant }[] = wanted.map(
      (one) => ({
        wanted: one,
        at: one.to,
      }),
    );
    for (let pieces = 0; going.length > 0 && pieces < most; pieces += 1) {
      const [{ wanted: one }, ...others] = going as [(typeof going)[number], ...typeof going];
      const { counts, next } = await audit.tally(one);
      take(counts);
      going = next ? [...others, { wanted: { ...one, before: next.before }, at: next.at }] : others;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return going.length === 0 ? null : Math.max(...going.map(({ at }) => at));
  }

  return {
    counts: ({ from, to, step, kinds, ...about }) =>
      inTurn(async () => {
        const by = { step: step * 1000 };
        const columns = new Map<number, Partial<Record<AuditKind, number>>>();
        const span = { ...about, from, to, by };
        const narrowed = Object.values(about).some((value) => value !== undefined);
        // by its index each kind by itself; of one user, or the like, all at once
        const wanted =
          kinds && !narrowed
            ? [...new Set(kinds)].map((kind) => ({ ...span, kinds: [kind] }))
            : [{ ...span, kinds }];
        const countedFrom = await each(wanted, (counts) => {
          for (const { kind, key, count } of counts) {
            const column = columns.get(Number(key)) ?? {};
            column[kind] = (column[kind] ?? 0) + count;
            columns.set(Number(key), column);
          }
        });
        return {
          columns: [...columns]
            .sort(([a], [b]) => a - b)
            .map(([column, counts]) => ({ at: from + column * by.step, counts })),
          countedFrom,
        };
      }),

    callers: ({ from, to, limit }) =>
      inTurn(async () => {
        const callers = new Map<string, { failures: number; lastAt: Instant }>();
        const wanted = { from, to, by: 'caller' as const, kinds: ['attempt-refused'] as const };
        const countedFrom = await each([wanted], (counts) => {
          for (const { key, count, lastAt } of counts) {
            const known = callers.get(String(key)) ?? { failures: 0, lastAt };
            callers.set(String(key), {
              failures: known.failures + count,
              lastAt: Math.max(known.lastAt, lastAt),
            });
          }
        });
        return {
          callers: [...callers]
            .map(([caller, of]) => ({ caller, ...of }))
            .sort((a, b) => b.failures - a.failures || b.lastAt - a.lastAt)
            .slice(0, limit),
          countedFrom,
        };
      }),
  };
}
