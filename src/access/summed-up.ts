import type { AuditEntry } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';

/** Puts on record what others can make as much of as they like, so that a flood of it costs a handful of rows. */
export interface SummedUp<Source extends string> {
  /** Never throws, and waits for nothing. @param more is for the row, where this one gets a row of its own. */
  note(reason: string, source: Source, more?: Partial<AuditEntry>): void;
  /** Puts on record what is still to be summed up. Never rejects. */
  stop(): Promise<void>;
}

export interface SummedUpParts {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly alarm: (message: string, details: Readonly<Record<string, string | number>>) => void;
}

/** What it is that is summed up, and what its sources are called. */
export interface Summed {
  readonly kind: AuditEntry['kind'];
  readonly alarm: string;
  readonly source: string;
  readonly sources: string;
}

/** So many of a minute, for each reason, are put on record one by one. */
const oneByOne = 3;
const minute: Seconds = 60;
/** Different sources are counted up to here, and told as this many when there were more. */
const mostSourcesCounted = 100;

interface Tally<Source> {
  single: number;
  count: number;
  readonly sources: Set<Source>;
}

export function createSummedUp<Source extends string>(
  summed: Summed,
  { audit, clock, timer, alarm }: SummedUpParts,
): SummedUp<Source> {
  /** Of the minute that runs, by reason. */
  let tallies = new Map<string, Tally<Source>>();
  let running: { cancel(): void } | undefined;
  const writing = new Set<Promise<void>>();
  let stopped = false;

  function tallyOf(reason: string): Tally<Source> {
    const tally = tallies.get(reason) ?? { single: 0, count: 0, sources: new Set() };
    tallies.set(reason, tally);
    running ??= timer(minute, () => {
      running = undefined;
      sumUp();
    });
    return tally;
  }

  function add(tally: Tally<Source>, count: number, sources: Iterable<Source>): void {
    tally.count += count;
    for (const source of sources) {
      if (tally.sources.size < mostSourcesCounted) tally.sources.add(source);
    }
  }

  /** What cannot be written now is told with the next minute. */
  function write(
    reason: string,
    count: number,
    sources: ReadonlySet<Source>,
    row: Partial<AuditEntry>,
  ): void {
    const written = audit
      .append({ at: clock.now(), actor: 'system', kind: summed.kind, ...row })
      .then(
        () => undefined,
        () => {
          if (!stopped) add(tallyOf(reason), count, sources);
        },
      )
      .finally(() => writing.delete(written));
    writing.add(written);
  }

  function sumUp(): void {
    const due = tallies;
    tallies = new Map();
    for (const [reason, { count, sources }] of due) {
      if (count === 0) continue;
      const detail = { reason, count, [summed.sources]: sources.size };
      alarm(summed.alarm, detail);
      write(reason, count, sources, { detail });
    }
  }

  return {
    note(reason, source, { detail, ...more } = {}) {
      const tally = tallyOf(reason);
      if (tally.single < oneByOne) {
        tally.single++;
        write(reason, 1, new Set([source]), {
          ...more,
          detail: { reason, [summed.source]: source, ...detail },
        });
      } else {
        add(tally, 1, [source]);
      }
    },
    async stop() {
      stopped = true;
      running?.cancel();
      sumUp();
      await Promise.all(writing);
    },
  };
}
