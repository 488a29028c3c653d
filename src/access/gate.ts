import { AccessError } from '../domain/access-error.ts';
import { refusalOf, type AddressRefusal, type AddressRules } from '../domain/address-rules.ts';
import type { Address } from '../domain/address.ts';
import type { Actor, AuditEntry } from '../domain/attempt.ts';
import { isActive, openingsOf, type Grant, type NewGrant, type Opening } from '../domain/grant.ts';
import type { Firewall, Stores } from '../domain/ports.ts';
import { after, secondsBetween, type Clock, type Instant, type Seconds } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import { createLatestEnds, unrecordedId } from './latest-ends.ts';
import { oneAtATime } from './one-at-a-time.ts';

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
}

export interface OpenRequest {
  readonly userId: number;
  readonly address: Address;
  readonly seconds?: Seconds | undefined;
  readonly callId?: number | undefined;
  readonly by: Actor;
}

export interface Gate {
  /** Why this address may not be opened, or `undefined`. */
  refusalOf(address: Address): AddressRefusal | undefined;
  /** Whether the user may open this address too, before asking them to confirm it. */
  hasRoomFor(user: User, address: Address): Promise<boolean>;
  /**
   * Kernel first, then the record, so that nothing slow stands before the
   * traveller: resolves when the kernel has confirmed *and* the grant is on record.
   * @throws AccessError `not-found`, `user-disabled`, `address-refused`, `too-many-open`,
   *   `invalid`, `firewall-unavailable`, `firewall-refused`, `store-failed`; nothing is open then.
   */
  open(request: OpenRequest): Promise<Grant>;
  /**
   * Record first, then the kernel: what an administrator has closed stays closed,
   * and the reconciler sees to it if the helper is away.
   * @throws AccessError `not-found`, `conflict` (has ended), `firewall-unavailable`.
   */
  close(grantId: number, by: Actor): Promise<Grant>;
  /**
   * Closes whatever the user has open, an opening under way included.
   * @throws AccessError as `close`, after all of them were tried.
   */
  closeAllOf(userId: number, by: Actor): Promise<void>;
  /** What the kernel shall hold now; marks grants whose time is over as expired. */
  desired(): Promise<Opening[]>;
  /** Runs work while no opening or closing is under way. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createGate({ stores, firewall, clock, steady, rules }: GateParts): Gate {
  const exclusively = oneAtATime();
  const { grants } = stores;

  const { longestLeft, forgetAllBut } = createLatestEnds(clock, steady);

  const isOpen = (grant: Grant, now: Instant): boolean =>
    isActive(grant, now) && longestLeft(grant) > 0;

  /** Closings that could not be put on record yet, with what writes them. */
  const unwritten = new Map<number, () => Promise<void>>();

  const unendedAt = async (address: Address): Promise<Grant[]> =>
    (await grants.unendedAt(address)).filter(({ id }) => !unwritten.has(id));

  async function activeGrants(grantsNow: Promise<Grant[]>): Promise<Grant[]> {
    const now = clock.now();
    return (await grantsNow).filter((grant) => isOpen(grant, now));
  }

  async function hasRoomFor(user: Pick<User, 'id'>, address: Address): Promise<boolean> {
    const open = new Set((await activeGrants(grants.unendedOf(user.id))).map((g) => g.address));
    return open.has(address) || open.size < rules.mostOpen;
  }

  async function checked(request: OpenRequest): Promise<NewGrant> {
    const { address, seconds = rules.openFor } = request;
    const user = await stores.users.byId(request.userId);
    if (!user) throw new AccessError('not-found', `There is no user number ${request.userId}.`);
    if (user.disabled) throw new AccessError('user-disabled', `User ${user.name} is disabled.`);
    const refusal = refusalOf(address, rules.addresses());
    if (refusal) {
      throw new AccessError('address-refused', `${address} cannot be opened: it is ${refusal}.`);
    }
    if (!(seconds >= 1 && seconds <= rules.longest)) {
      throw new AccessError(
        'invalid',
        `A grant lasts from 1 to ${rules.longest} seconds, not ${seconds}.`,
      );
    }
    if (!(await hasRoomFor(user, address))) {
      throw new AccessError(
        'too-many-open',
        `User ${user.name} has ${rules.mostOpen} addresses open, which is the most; close one first.`,
      );
    }
    const openedAt = clock.now();
    return {
      userId: user.id,
      address,
      services: user.services.length > 0 ? user.services : rules.services,
      openedAt,
      expiresAt: after(openedAt, seconds),
      callId: request.callId ?? null,
    };
  }

  /** Makes the kernel let in at this address what these grants add up to, which may be nothing. */
  async function apply(address: Address, atAddress: readonly Grant[]): Promise<void> {
    const [opening] = openingsOf(atAddress, clock.now(), longestLeft);
    await (opening ? firewall.open(opening) : firewall.close(address));
  }

  async function open(request: OpenRequest): Promise<Grant> {
    const entry = (kind: AuditEntry['kind'], detail: AuditEntry['detail']): AuditEntry => ({
      at: clock.now(),
      actor: request.by,
      kind,
      userId: request.userId,
      callId: request.callId,
      address: request.address,
      detail,
    });
    try {
      const wanted = await checked(request);
      const before = await unendedAt(request.address);
      // the user's own earlier grant for this address gives way, also to a shorter one
      const others = before.filter((g) => g.userId !== request.userId);
      const renewed = before.filter((g) => g.userId === request.userId);
      const unrecorded: Grant = {
        ...wanted,
        id: unrecordedId,
        userName: '',
        endedAt: null,
        end: null,
      };
      await apply(request.address, [...others, unrecorded]);
      try {
        return await grants.add(
          wanted,
          entry('gate-opened', {
            services: wanted.services.join(' '),
            seconds: secondsBetween(wanted.openedAt, wanted.expiresAt),
          }),
          renewed.map(({ id }) => ({ id, entry: entry('gate-renewed', undefined) })),
        );
      } catch (error) {
        // what is not on record must not stay open
        await apply(request.address, before).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      const reason = error instanceof AccessError ? error.code : 'internal';
      await stores.audit.append(entry('gate-failed', { reason })).catch(() => undefined);
      throw error;
    }
  }

  async function close(grantId: number, by: Actor): Promise<Grant> {
    const grant = await grants.byId(grantId);
    if (!grant) throw new AccessError('not-found', `There is no grant number ${grantId}.`);
    const at = clock.now();
    const end = (): Promise<void> => grants.end(grantId, at, 'closed', closing(grant, at, by));
    try {
      await end();
    } catch (error) {
      if (error instanceof AccessError && error.code === 'conflict') throw error;
      // a record that cannot be written must not keep the gate open: shut now, written when it can be
      unwritten.set(grantId, end);
      await apply(grant.address, await unendedAt(grant.address)).catch(() => undefined);
      throw error;
    }
    try {
      await apply(grant.address, await unendedAt(grant.address));
    } catch (cause) {
      throw new AccessError(
        'firewall-unavailable',
        `Grant ${grantId} is ended on record, but the helper has not confirmed that ${grant.address} ` +
          'is shut out; it is tried again until it does. Check that dialgate-helper is running.',
        { cause },
      );
    }
    return { ...grant, endedAt: at, end: 'closed' };
  }

  async function closeAllOf(userId: number, by: Actor): Promise<void> {
    const failures: unknown[] = [];
    for (const grant of await grants.unendedOf(userId)) {
      await close(grant.id, by).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async function desired(): Promise<Opening[]> {
    const now = clock.now();
    for (const [id, end] of unwritten) {
      await end().then(
        () => unwritten.delete(id),
        () => undefined,
      );
    }
    const unended = (await grants.unended()).filter(({ id }) => !unwritten.has(id));
    const disabled = new Set(
      (await stores.users.list()).filter((u) => u.disabled).map((u) => u.id),
    );
    // a crash may have come between disabling a user and closing what they had
    const orphaned = unended.filter((g) => disabled.has(g.userId));
    const over = unended.filter((g) => !disabled.has(g.userId) && !isOpen(g, now));
    forgetAllBut(unended);
    // what cannot be put on record is put on record later; it is shut all the same
    for (const grant of orphaned) {
      await grants
        .end(grant.id, now, 'closed', closing(grant, now, 'system'))
        .catch(() => undefined);
    }
    for (const grant of over) {
      await grants
        .end(grant.id, Math.min(grant.expiresAt, now), 'expired', expiry(grant, now))
        .catch(() => undefined);
    }
    return openingsOf(
      unended.filter((g) => !disabled.has(g.userId)),
      now,
      longestLeft,
    );
  }

  return {
    refusalOf: (address) => refusalOf(address, rules.addresses()),
    hasRoomFor,
    open: (request) => exclusively(() => open(request)),
    close: (grantId, by) => exclusively(() => close(grantId, by)),
    closeAllOf: (userId, by) => exclusively(() => closeAllOf(userId, by)),
    desired,
    exclusively,
  };
}

function closing(grant: Grant, at: Instant, by: Actor): AuditEntry {
  return {
    at,
    actor: by,
    kind: 'gate-closed',
    userId: grant.userId,
    address: grant.address,
    callId: grant.callId ?? undefined,
  };
}

function expiry(grant: Grant, at: Instant): AuditEntry {
  return {
    at,
    actor: 'system',
    kind: 'gate-expired',
    userId: grant.userId,
    address: grant.address,
    // that its time is not over by the clock can only mean that the clock was set back
    detail: grant.expiresAt > at ? { reason: 'clock-set-back' } : undefined,
  };
}
