import { refusalOf, type AddressRefusal, type AddressRules } from '../domain/address-rules.ts';
import type { Address } from '../domain/address.ts';
import type { Actor } from '../domain/attempt.ts';
import type { Grant, Opening } from '../domain/grant.ts';
import type { Firewall, Stores } from '../domain/ports.ts';
import type { Clock, Seconds } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import { createClose, createCloseAllOf } from './closing.ts';
import { createDesired } from './desired.ts';
import { grantsAtHand, hasEnded } from './grants-at-hand.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createOpen, hasRoom } from './opening.ts';

export interface GateRules {
  /** What a grant opens for users who have no services of their own. */
  readonly services: readonly string[];
  readonly openFor: Seconds;
  readonly longest: Seconds;
  /** The most addresses that one user may have open at once. */
  readonly mostOpen: number;
  /** Read at each use: the server's own address may be discovered later. */
  readonly addresses: () => AddressRules;
}

export interface GateParts {
  readonly stores: Pick<Stores, 'users' | 'grants' | 'audit'>;
  readonly firewall: Firewall;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets: only its differences mean anything. */
  readonly steady: () => number;
  readonly rules: GateRules;
  /** Told of each opening that the kernel has confirmed: milliseconds since it was asked for. */
  readonly confirmed?: (milliseconds: number) => void;
}

export interface OpenRequest {
  readonly userId: number;
  readonly address: Address;
  readonly seconds?: Seconds | undefined;
  readonly callId?: number | undefined;
  /** A grant of the same user that is closed in exchange, and so not counted by the cap. */
  readonly replaces?: number | undefined;
  /** The grant of the same user and address that this prolongs: what has ended meanwhile stays ended. */
  readonly extends?: number | undefined;
  /** The user's revision when they were recognised: where it is another now, that counts for nothing. */
  readonly revision?: number | undefined;
  readonly by: Actor;
}

/** Grants of one user, at one address, or both; all of them, where neither is named. */
export interface GrantsToClose {
  readonly userId?: number;
  readonly address?: Address;
}

export interface Gate {
  /** Why this address may not be opened, or `undefined`. */
  refusalOf(address: Address): AddressRefusal | undefined;
  /** Whether the user may open this address too, or instead of one grant, before asking them to confirm it. */
  hasRoomFor(user: User, address: Address, replacing?: number): Promise<boolean>;
  /** What the user has open, oldest first. */
  openOf(userId: number): Promise<Grant[]>;
  /**
   * Kernel first, then the record, so that nothing slow stands before the
   * traveller: resolves when the kernel has confirmed *and* the grant is on record.
   * @throws AccessError `not-found`, `user-disabled`, `user-changed`, `address-refused`,
   *   `conflict` (what it extends has ended), `too-many-open`, `invalid`, `firewall-unavailable`,
   *   `firewall-refused`, `store-failed`; nothing is opened then.
   */
  open(request: OpenRequest): Promise<Grant>;
  /**
   * Record first, then the kernel: what an administrator has closed stays closed,
   * and the reconciler sees to it if the helper is away. Where the record fails, it is shut
   * as soon as may be and written when it can be.
   * @throws AccessError `not-found`, `conflict` (has ended), `firewall-unavailable`, `store-failed`.
   */
  close(grantId: number, by: Actor): Promise<Grant>;
  /**
   * Closes whatever the user has open, an opening under way included; at one address, where it is named.
   * @throws AccessError as `close`, but for what has ended, after all of them were tried.
   */
  closeAllOf(userId: number, by: Actor, address?: Address): Promise<void>;
  /**
   * Closes whatever is open now, of everybody, of one user or at one address, one after the
   * other, so that calls are not kept waiting for all of it. Resolves to what was closed.
   * @throws AccessError as `close`, but for what has ended, after all of them were tried.
   */
  closeAll(which: GrantsToClose, by: Actor): Promise<Grant[]>;
  /** What the kernel shall hold now; marks grants whose time is over as expired. */
  desired(): Promise<Opening[]>;
  /** Runs work while no opening or closing is under way. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createGate(parts: GateParts): Gate {
  const { stores, clock, rules } = parts;
  const exclusively = oneAtATime();
  const atHand = grantsAtHand({ ...parts, grants: stores.grants });
  const close = createClose(stores.grants, atHand, clock);
  const closeAllOf = createCloseAllOf(stores.grants, atHand, clock, close);
  const open = createOpen(parts, atHand, close);

  async function closeAll({ userId, address }: GrantsToClose, by: Actor): Promise<Grant[]> {
    // after whatever is being opened, so that it is among them
    const unended = await exclusively(() => stores.grants.unended());
    const closed: Grant[] = [];
    const failures: unknown[] = [];
    for (const grant of unended) {
      if (userId !== undefined && grant.userId !== userId) continue;
      if (address !== undefined && grant.address !== address) continue;
      try {
        closed.push(await exclusively(() => close(grant.id, by)));
      } catch (error) {
        if (!hasEnded(error)) failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return closed;
  }

  return {
    refusalOf: (address) => refusalOf(address, rules.addresses()),
    hasRoomFor: async (user, address, replacing) =>
      hasRoom(await atHand.openOf(user.id), address, rules.mostOpen, replacing),
    openOf: atHand.openOf,
    open: (request) => {
      const askedAt = parts.steady();
      return exclusively(() => open(request, askedAt));
    },
    close: (grantId, by) => exclusively(() => close(grantId, by)),
    closeAllOf: (userId, by, address) => exclusively(() => closeAllOf(userId, by, address)),
    closeAll,
    desired: createDesired(stores, atHand, clock),
    exclusively,
  };
}
