import type { Database } from 'better-sqlite3';
import { accessErrorOf } from './faults.ts';

/**
 * How the stores do their work. Each `work` is synchronous and either happens
 * whole or not at all; rejections are AccessError.
 */
export interface Transactions {
  readonly read: <T>(work: () => T) => Promise<T>;
  readonly write: <T>(work: () => T) => Promise<T>;
  /** As `write`, and on the disk when the promise resolves. */
  readonly writeDurably: <T>(work: () => T) => Promise<T>;
}

/**
 * What power failure may take. In WAL with synchronous=NORMAL a commit is safe
 * from every crash of ours, and the file stays whole at power failure, but the
 * last commits (those of the seconds before) may be missing afterwards.
 *
 * For what *gives* access that is fail closed: the kernel's elements went with
 * the power, the reconciler opens only what is on record, and the traveller
 * calls again. It saves an fsync (0.1 to 30 ms, inside the event loop, for every
 * call on the line) at each step of a call.
 *
 * For what *takes* access away it would be fail open: a grant closed, a user
 * disabled, a token revoked or a PIN replaced would be back after the reboot.
 * These few commits, made by people and rare, are synced (`writeDurably`).
 */
export function createTransactions(database: Database): Transactions {
  const transaction = database.transaction((work: () => unknown) => work());
  // IMMEDIATE takes the write lock first, so that what was read in it still holds when it writes
  const write = <T>(work: () => T): T => transaction.immediate(work) as T;

  return {
    read: (work) => settled(work),
    write: (work) => settled(() => write(work)),
    writeDurably: (work) =>
      settled(() => {
        database.pragma('synchronous = FULL');
        try {
          return write(work);
        } finally {
          if (database.open) database.pragma('synchronous = NORMAL');
        }
      }),
  };
}

// eslint-disable-next-line typescript/require-await -- async, so that what is thrown becomes a rejection
async function settled<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (cause) {
    throw accessErrorOf(cause);
  }
}
