import { AccessError } from '../../src/domain/access-error.ts';
import type { AuditEntry, AuditRow } from '../../src/domain/attempt.ts';
import type { NamePage, Page } from '../../src/domain/ports.ts';

/** What the stores in memory share: work that happens whole or not at all, and the record of it. */
export interface Memory {
  readonly perform: <T>(work: () => T) => Promise<T>;
  /** Reads the entry, so that a bad one is refused before anything changes; the answer writes it. */
  readonly written: (entry: AuditEntry) => (ids?: Partial<AuditEntry>) => AuditRow;
  /** As the port's. */
  readonly watch: (listener: () => void) => () => void;
  readonly close: () => void;
}

export function createMemory(audit: AuditRow[]): Memory {
  let closed = false;
  const listeners = new Set<{ readonly told: () => void }>();

  return {
    /** Checks come before changes in every `work`, and the entry before both, so it is whole or nothing. */
    // eslint-disable-next-line typescript/require-await -- async, so that what is thrown becomes a rejection
    async perform(work) {
      if (closed) throw new AccessError('store-failed', 'The store has been closed.');
      return structuredClone(work());
    },
    written(entry) {
      let text: string;
      try {
        text = JSON.stringify({ ...entry, at: instant(entry.at) });
      } catch (cause) {
        throw new AccessError('store-failed', 'The entry cannot be written.', { cause });
      }
      return (ids = {}) => {
        const given = { ...(JSON.parse(text) as AuditEntry), ...ids };
        const caller = given.caller ?? callerOf(audit, given.callId);
        const row = { seq: audit.length + 1, ...given, ...(caller !== undefined && { caller }) };
        audit.push(row);
        for (const { told } of listeners) queueMicrotask(() => dropped(told));
        return row;
      };
    },
    watch(listener) {
      const one = { told: listener };
      listeners.add(one);
      return () => void listeners.delete(one);
    },
    close: () => {
      closed = true;
    },
  };
}

function dropped(told: () => void): void {
  try {
    told();
  } catch {
    // a listener's fault is its own
  }
}

/** As the row has it with which the call began. */
const callerOf = (audit: readonly AuditRow[], callId: number | undefined): string | undefined =>
  callId === undefined
    ? undefined
    : audit.find((row) => row.callId === callId && row.caller !== undefined)?.caller;

export function instant(at: number): number {
  if (!Number.isFinite(at)) throw new AccessError('invalid', 'A time must be a finite number.');
  return Math.floor(at);
}

/** By code unit, as SQLite compares: the same order whatever the locale. */
export function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

export function change<T extends { id: number }>(rows: T[], id: number, changes: Partial<T>): void {
  const index = rows.findIndex((row) => row.id === id);
  rows[index] = { ...rows[index], ...changes } as T;
}

export function found<T extends { id: number }>(rows: readonly T[], id: number, what: string): T {
  const row = rows.find((r) => r.id === id);
  if (!row) throw new AccessError('not-found', `There is no ${what} number ${id}.`);
  return row;
}

/** The rows are in the order of their names. */
export function namePaged<T extends { name: string }>(rows: readonly T[], page: NamePage): T[] {
  const { after } = page;
  return rows
    .filter(({ name }) => after === undefined || name > after)
    .slice(0, checkedLimit(page.limit));
}

export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new AccessError('invalid', 'A page has 1 to 1000 rows.');
}

/** Newest first; the rows are in the order of their ids. */
export function paged<T>(
  rows: readonly T[],
  { before, limit }: Page,
  idOf: (row: T) => number,
): T[] {
  checkedLimit(limit);
  return rows
    .filter((row) => idOf(row) < (before ?? Infinity))
    .toReversed()
    .slice(0, limit);
}
