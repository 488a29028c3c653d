import type { Standing } from '../domain/entry.ts';
import type { Opening } from '../domain/grant.ts';
import type { Firewall, StandReport, SyncReport } from '../domain/ports.ts';

export interface GrantsParts {
  readonly firewall: Pick<Firewall, 'sync'>;
  /** What the database says should be open now. */
  readonly desired: () => Promise<readonly Opening[]>;
  /** The lock that opening and closing take too: between reading and syncing nothing else may change. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told of every sync that changed something, or failed for other addresses than the one before. */
  readonly report: (report: SyncReport) => Promise<void>;
}

/** Makes what is open match the grants, once. */
export function grantsReconciliation(parts: GrantsParts): () => Promise<void> {
  const { firewall, desired, exclusively, report } = parts;
  let failing = '';
  return async () => {
    const done = await exclusively(async () => firewall.sync(await desired()));
    const failed = done.failed.map(({ address }) => address).sort();
    const now = failed.join(' ');
    const fails = now !== '' && now !== failing;
    if (done.opened.length + done.closed.length > 0 || fails) await report(done);
    failing = now;
  };
}

export interface EntriesParts {
  readonly firewall: Pick<Firewall, 'stand'>;
  readonly desired: () => Promise<readonly Standing[]>;
  /** Told of every run: also that nothing fails any more. */
  readonly report: (report: StandReport) => Promise<void> | void;
}

/**
 * Makes what stands match the entries, once. Without the lock of the grants: a
 * hundred thousand entries must not stand before a traveller.
 */
export function entriesReconciliation(parts: EntriesParts): () => Promise<void> {
  const { firewall, desired, report } = parts;
  return async () => report(await firewall.stand(await desired()));
}
