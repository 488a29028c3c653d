import { AccessError } from '../domain/access-error.ts';
import { refusalOf } from '../domain/address-rules.ts';
import type { Address } from '../domain/address.ts';
import type { AuditEntry } from '../domain/attempt.ts';
import { shortestGrant, type Grant, type NewGrant } from '../domain/grant.ts';
import { after, secondsBetween } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import type { Close } from './closing.ts';
import type { GateParts, OpenRequest } from './gate.ts';
import type { GrantsAtHand } from './grants-at-hand.ts';
import { unrecordedId } from './latest-ends.ts';

/** Opens an address, while nothing else is opened or closed; it was asked for at a time of the steady clock. */
export type Open = (request: OpenRequest, askedAt: number) => Promise<Grant>;

export function createOpen(parts: GateParts, atHand: GrantsAtHand, close: Close): Open {
  const { stores, clock, rules } = parts;
  const { apply, unendedAt } = atHand;

  async function checked(request: OpenRequest): Promise<NewGrant> {
    const { address, seconds = rules.openFor } = request;
    const user = await entitled(request);
    const refusal = refusalOf(address, rules.addresses());
    if (refusal) {
      throw new AccessError('address-refused', `${address} cannot be opened: it is ${refusal}.`);
    }
    if (!(seconds >= shortestGrant && seconds <= rules.longest)) {
      throw new AccessError(
        'invalid',
        `A grant lasts from ${shortestGrant} to ${rules.longest} seconds, not ${seconds}.`,
      );
    }
    await checkPlace(user, request);
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

  /** The user as they are now: a call is long, and was for the one who was recognised at its start. */
  async function entitled({ userId, revision }: OpenRequest): Promise<User> {
    const user = await stores.users.byId(userId);
    if (!user) throw new AccessError('not-found', `There is no user number ${userId}.`);
    if (user.disabled) throw new AccessError('user-disabled', `User ${user.name} is disabled.`);
    if (revision === undefined || revision === user.revision) return user;
    throw new AccessError(
      'user-changed',
      `User ${user.name} was changed since the call recognised them; they have to call again.`,
    );
  }

  /** Whether there is a place for it: the one of the grant that it extends or replaces, or a free one. */
  async function checkPlace(user: User, request: OpenRequest): Promise<void> {
    const { address, replaces, extends: extended } = request;
    const open = await atHand.openOf(user.id);
    if (extended !== undefined && !open.some((g) => g.id === extended && g.address === address)) {
      throw new AccessError(
        'conflict',
        `Grant ${extended} of user ${user.name} for ${address} has ended, and cannot be extended.`,
      );
    }
    if (replaces !== undefined && (await stores.grants.byId(replaces))?.userId !== user.id) {
      throw new AccessError('not-found', `User ${user.name} has no grant number ${replaces}.`);
    }
    if (hasRoom(open, address, rules.mostOpen, replaces)) return;
    throw new AccessError(
      'too-many-open',
      `User ${user.name} has ${rules.mostOpen} addresses open, which is the most; close one first.`,
    );
  }

  /**
   * Closes what the new grant takes the place of. That the new one is open is true
   * whatever comes of it: what the record or the helper could not do is tried again.
   */
  async function giveWay({ replaces, by }: OpenRequest, opened: Grant): Promise<void> {
    if (replaces === undefined || replaces === opened.id) return;
    await close(replaces, by).catch(() => undefined);
  }

  return async (request, askedAt) => {
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
        firstPacketAt: null,
        endedAt: null,
        end: null,
      };
      await apply(request.address, others, unrecorded);
      parts.confirmed?.(parts.steady() - askedAt);
      try {
        const opened = await stores.grants.add(
          wanted,
          entry('gate-opened', {
            services: wanted.services.join(' '),
            seconds: secondsBetween(wanted.openedAt, wanted.expiresAt),
          }),
          renewed.map(({ id }) => ({ id, entry: entry('gate-renewed', undefined) })),
        );
        await giveWay(request, opened);
        return opened;
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
  };
}

/** Whether one who has these open may have this address open, too, or instead of one of them. */
export function hasRoom(
  open: readonly Grant[],
  address: Address,
  mostOpen: number,
  replacing: number | undefined,
): boolean {
  const kept = new Set(open.filter(({ id }) => id !== replacing).map((g) => g.address));
  return kept.has(address) || kept.size < mostOpen;
}
