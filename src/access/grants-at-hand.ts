import type { Address } from '../domain/address.ts';
import { isActive, openingsOf, type Grant } from '../domain/grant.ts';
import type { Firewall, GrantStore } from '../domain/ports.ts';
import type { Clock, Instant, Seconds } from '../domain/time.ts';
import { createLatestEnds } from './latest-ends.ts';

/** The grants as they hold now: the record, less what has been closed and could not be written yet. */
export interface GrantsAtHand {
  isOpen(grant: Grant, now: Instant): boolean;
  longestLeft(grant: Grant): Seconds;
  unended(): Promise<Grant[]>;
  unendedAt(address: Address): Promise<Grant[]>;
  /** Oldest first. */
  openOf(userId: number): Promise<Grant[]>;
  /** Makes the kernel let in at this address what these grants add up to, which may be nothing. */
  apply(address: Address, atAddress: readonly Grant[]): Promise<void>;
  /** Counts a grant as ended from now on, although `write` has failed; it is tried again. */
  endUnwritten(id: number, write: () => Promise<void>): void;
  writeUnwritten(): Promise<void>;
}

export interface GrantsAtHandParts {
  readonly grants: GrantStore;
  readonly firewall: Pick<Firewall, 'open' | 'close'>;
  readonly clock: Clock;
  readonly steady: () => number;
}

export function grantsAtHand(parts: GrantsAtHandParts): GrantsAtHand {
  const { grants, firewall, clock, steady } = parts;
  const { longestLeft, forgetAllBut } = createLatestEnds(clock, steady);
  const unwritten = new Map<number, () => Promise<void>>();

  const isOpen = (grant: Grant, now: Instant): boolean =>
    isActive(grant, now) && longestLeft(grant) > 0;

  const written = (all: readonly Grant[]): Grant[] => all.filter(({ id }) => !unwritten.has(id));

  return {
    isOpen,
    longestLeft,
    async unended() {
      const all = written(await grants.unended());
      forgetAllBut(all);
      return all;
    },
    unendedAt: async (address) => written(await grants.unendedAt(address)),
    async openOf(userId) {
      const now = clock.now();
      const all = written(await grants.unendedOf(userId));
      return all.filter((grant) => isOpen(grant, now)).sort((a, b) => a.id - b.id);
    },
    async apply(address, atAddress) {
      const [opening] = openingsOf(atAddress, clock.now(), longestLeft);
      await (opening ? firewall.open(opening) : firewall.close(address));
    },
    endUnwritten: (id, write) => void unwritten.set(id, write),
    async writeUnwritten() {
      for (const [id, write] of unwritten) {
        await write().then(
          () => unwritten.delete(id),
          () => undefined,
        );
      }
    },
  };
}
