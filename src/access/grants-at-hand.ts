import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import { isActive, openingsOf, type Grant } from '../domain/grant.ts';
import type { Firewall, GrantStore } from '../domain/ports.ts';
import type { Clock, Instant, Seconds } from '../domain/time.ts';
import { createLatestEnds } from './latest-ends.ts';

/** A closing that is not on record, because the record could not be read or written. */
export interface Unwritten {
  /** A later one of the same name takes its place. */
  readonly name: string;
  covers(grant: Grant): boolean;
  write(): Promise<unknown>;
}

/** The grants as they hold now: the record, less what has been closed and could not be written yet. */
export interface GrantsAtHand {
  isOpen(grant: Grant, now: Instant): boolean;
  longestLeft(grant: Grant): Seconds;
  unended(): Promise<Grant[]>;
  unendedAt(address: Address): Promise<Grant[]>;
  /** Oldest first. */
  openOf(userId: number): Promise<Grant[]>;
  /**
   * Makes the kernel let in at this address what these grants add up to, which may be
   * nothing. Of those that stand, what the helper no longer knows is left out, as `sync`
   * does; the one that is asked for is opened whole.
   * @throws AccessError `invalid` where the one that is asked for is over already
   */
  apply(address: Address, standing: readonly Grant[], asked?: Grant): Promise<void>;
  /** Counts what it covers as ended from now on; it is tried again to write that down. */
  endUnwritten(closing: Unwritten): void;
  writeUnwritten(): Promise<void>;
}

export interface GrantsAtHandParts {
  readonly grants: GrantStore;
  readonly firewall: Pick<Firewall, 'open' | 'close' | 'limits'>;
  readonly clock: Clock;
  readonly steady: () => number;
}

export function grantsAtHand(parts: GrantsAtHandParts): GrantsAtHand {
  const { grants, firewall, clock, steady } = parts;
  const { longestLeft, forgetAllBut } = createLatestEnds(clock, steady);
  const unwritten = new Map<string, Unwritten>();

  const isOpen = (grant: Grant, now: Instant): boolean =>
    isActive(grant, now) && longestLeft(grant) > 0;

  function written(all: readonly Grant[]): Grant[] {
    const closings = [...unwritten.values()];
    return all.filter((grant) => !closings.some((closing) => closing.covers(grant)));
  }

  async function letIn(
    address: Address,
    standing: readonly Grant[],
    asked: readonly Grant[],
  ): Promise<void> {
    const now = clock.now();
    if (openingsOf(asked, now).length < asked.length) {
      throw new AccessError(
        'invalid',
        `The grant for ${address} is over before it could be opened.`,
      );
    }
    const [opening] = openingsOf([...standing, ...asked], now, longestLeft);
    await (opening ? firewall.open(opening) : firewall.close(address));
  }

  /** The same grants, less the services that the helper does not know; undefined where it knows all of them. */
  async function known(standing: readonly Grant[]): Promise<Grant[] | undefined> {
    const names = new Set((await firewall.limits()).services);
    if (standing.every(({ services }) => services.every((name) => names.has(name)))) {
      return undefined;
    }
    return standing.map((grant) => ({
      ...grant,
      services: grant.services.filter((name) => names.has(name)),
    }));
  }

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
    async apply(address, standing, asked) {
      const asking = asked ? [asked] : [];
      try {
        await letIn(address, standing, asking);
      } catch (error) {
        if (!(error instanceof AccessError && error.code === 'firewall-refused')) throw error;
        // one grant with a service that is gone must not keep the others out
        const rest = await known(standing).catch(() => undefined);
        if (!rest) throw error;
        await letIn(address, rest, asking);
      }
    },
    endUnwritten: (closing) => void unwritten.set(closing.name, closing),
    async writeUnwritten() {
      for (const [name, closing] of unwritten) {
        const over = await closing.write().then(() => true, hasEnded);
        if (over && unwritten.get(name) === closing) unwritten.delete(name);
      }
    },
  };
}

/** Whether a closing failed because there is nothing to close: somebody else, or time, was first. */
export function hasEnded(error: unknown): boolean {
  return error instanceof AccessError && (error.code === 'conflict' || error.code === 'not-found');
}
