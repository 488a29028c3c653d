import type { AuditRemoval } from '../../domain/audit.ts';
import { parsePhoneNumber, type Dialling } from '../../domain/phone-number.ts';
import type { AuditKeeping, AuditLog, HistoryKeeping } from '../../domain/ports.ts';
import { remembersTelephones } from '../telephone-policy.ts';
import { after, type Clock, type Instant, type Seconds, type Timer } from '../../domain/time.ts';

/** What is done to the record besides writing it, a little at a time. */
export interface Upkeep {
  start(): void;
  /** When what is under way is done. Never rejects. */
  stop(): Promise<void>;
}

export interface UpkeepParts {
  readonly keeping: Pick<AuditKeeping, 'sealOld' | 'removeBefore' | 'extent'>;
  readonly history: HistoryKeeping;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly timer: Timer;
  /** How old a row may become; null keeps all. */
  readonly keep: Seconds | null;
  /** How many rows there may be: whoever floods the record shall not fill the disk. */
  readonly mostRows: number;
  readonly dialling: Dialling;
  readonly log: (message: string, details: Readonly<Record<string, string | number>>) => void;
  readonly failed: (message: string, error: unknown) => void;
}

/** Rows in one transaction, for which everybody else waits: some ten milliseconds. */
const some = 250;
/** Between two transactions, so that calls come first. */
const pause: Seconds = 0.1;
/** How often it is looked whether there is something to remove. */
const lookEvery: Seconds = 3600;

export function createUpkeep(parts: UpkeepParts): Upkeep {
  const { keeping, history, audit, clock, timer, keep, mostRows, dialling, log, failed } = parts;
  const end = new AbortController();
  const { signal } = end;
  let waiting: { cancel(): void; readonly resolve: () => void } | undefined;
  let underWay: Promise<void> = Promise.resolve();

  const wait = (seconds: Seconds): Promise<void> =>
    new Promise((resolve) => {
      const ring = timer(seconds, resolve);
      waiting = { cancel: () => ring.cancel(), resolve };
    });

  async function sealOld(): Promise<void> {
    const { unsealed } = await keeping.extent();
    if (unsealed === 0) return;
    log('the record of an older release is being sealed', { rows: unsealed });
    let done = 0;
    while (!signal.aborted) {
      const sealed = await keeping.sealOld(some, clock.now(), (d) => callerIn(d, dialling));
      if (sealed === 0) break;
      done += sealed;
      await wait(pause);
    }
    log('rows of an older release were sealed', { rows: done });
  }

  async function remove(before: Instant, most: number): Promise<void> {
    const removals: AuditRemoval[] = [];
    for (let left = most; left > 0 && !signal.aborted;) {
      const removal = await keeping.removeBefore(before, Math.min(some, left), clock.now());
      if (!removal) break;
      removals.push(removal);
      left -= removal.rows;
      await wait(pause);
    }
    if (removals.length === 0) return;
    const detail = summary(removals);
    await audit.append({ at: clock.now(), actor: 'system', kind: 'audit-removed', detail });
    log('old rows of the record were removed', { rows: detail.rows, through: detail.throughSeq });
  }

  /** Calls and grants go with what the record had about them; known telephones are known by their calls. */
  async function forgetHistory(): Promise<void> {
    const to = await history.removedTo();
    if (to === null) return;
    const cutoff = Math.min(to, after(clock.now(), -remembersTelephones));
    let done = 0;
    while (!signal.aborted) {
      const forgotten = await history.forgetBefore(cutoff, some);
      if (forgotten === 0) break;
      done += forgotten;
      await wait(pause);
    }
    if (done > 0) log('old calls and grants were removed', { rows: done });
  }

  async function removeOld(): Promise<void> {
    if (keep !== null) await remove(after(clock.now(), -keep), Infinity);
    const { first, last } = await keeping.extent();
    const tooMany = (last ?? 0) - (first ?? 1) + 1 - mostRows;
    // with room to spare, so that this is not done row by row
    if (tooMany > 0) await remove(Number.MAX_SAFE_INTEGER, tooMany + Math.floor(mostRows / 100));
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await sealOld();
        await removeOld();
        await forgetHistory();
      } catch (error) {
        failed('the upkeep of the record failed; it is tried again within the hour', error);
      }
      if (!signal.aborted) await wait(lookEvery);
    }
  }

  return {
    start() {
      underWay = run();
    },
    async stop() {
      end.abort();
      waiting?.cancel();
      waiting?.resolve();
      await underWay;
    },
  };
}

/** What the chain itself says of it; the sealed summaries of each few hundred rows stay, too. */
function summary(removals: readonly AuditRemoval[]): {
  readonly [key: string]: string | number;
  readonly rows: number;
  readonly throughSeq: number;
} {
  const [first, last] = [removals[0] as AuditRemoval, removals.at(-1) as AuditRemoval];
  const kinds = new Map<string, number>();
  for (const removal of removals) {
    for (const [kind, count] of Object.entries(JSON.parse(removal.kinds) as Record<string, number>))
      kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const time = (at: Instant): string => new Date(at).toISOString();
  return {
    rows: removals.reduce((sum, { rows }) => sum + rows, 0),
    fromSeq: first.fromSeq,
    throughSeq: last.throughSeq,
    from: time(Math.min(...removals.map(({ fromAt }) => fromAt))),
    to: time(Math.max(...removals.map(({ toAt }) => toAt))),
    hashBefore: hex(first.hashBefore),
    hashAfter: hex(last.hashAfter),
    kinds: [...kinds].map(([kind, count]) => `${kind}=${count}`).join(' '),
  };
}

/** The caller that a row of an older release names in its detail. */
function callerIn(detail: string | null, dialling: Dialling): string | null {
  const { caller } = JSON.parse(detail ?? '{}') as { caller?: unknown };
  if (typeof caller !== 'string') return null;
  return parsePhoneNumber(caller, dialling) ?? 'withheld';
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
