import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import type { Actor, AuditEntry } from '../domain/attempt.ts';
import type { Grant } from '../domain/grant.ts';
import type { GrantStore } from '../domain/ports.ts';
import type { Clock, Instant } from '../domain/time.ts';
import { hasEnded, type GrantsAtHand } from './grants-at-hand.ts';

/** Closes a grant, while nothing else is opened or closed. */
export type Close = (grantId: number, by: Actor) => Promise<Grant>;

export function createClose(grants: GrantStore, atHand: GrantsAtHand, clock: Clock): Close {
  const { apply, unendedAt, endUnwritten } = atHand;

  async function found(grantId: number): Promise<Grant> {
    const grant = await grants.byId(grantId);
    if (grant) return grant;
    throw new AccessError('not-found', `There is no grant number ${grantId}.`);
  }

  const shut = async ({ address }: Grant): Promise<void> =>
    apply(address, await unendedAt(address));

  return async (grantId, by) => {
    const at = clock.now();
    const end = async (): Promise<Grant> => {
      const grant = await found(grantId);
      await grants.end(grantId, at, 'closed', closing(grant, at, by));
      return grant;
    };
    let grant: Grant;
    try {
      grant = await end();
    } catch (error) {
      if (hasEnded(error)) throw error;
      // a record that cannot be read or written must not keep the gate open: shut as soon as may be
      endUnwritten({ name: `grant ${grantId}`, covers: ({ id }) => id === grantId, write: end });
      await found(grantId)
        .then(shut)
        .catch(() => undefined);
      throw error;
    }
    try {
      await shut(grant);
    } catch (cause) {
      throw new AccessError(
        'firewall-unavailable',
        `Grant ${grantId} is ended on record, but the helper has not confirmed that ${grant.address} ` +
          'is shut out; it is tried again until it does. Check that dialgate-helper is running.',
        { cause },
      );
    }
    return { ...grant, endedAt: at, end: 'closed' };
  };
}

/** Closes what a user has open, at one address or at all, while nothing else is opened or closed. */
export type CloseAllOf = (userId: number, by: Actor, address?: Address) => Promise<void>;

export function createCloseAllOf(
  grants: GrantStore,
  { endUnwritten }: GrantsAtHand,
  clock: Clock,
  close: Close,
): CloseAllOf {
  return async (userId, by, address) => {
    const at = clock.now();
    const theirs = async (): Promise<Grant[]> =>
      (await grants.unendedOf(userId)).filter(
        (grant) => address === undefined || grant.address === address,
      );
    const meant = await theirs().catch((error: unknown) => {
      const covers = (grant: Grant): boolean =>
        grant.userId === userId &&
        (address === undefined || grant.address === address) &&
        // what is opened after this is not meant
        grant.openedAt <= at;
      endUnwritten({
        name: `user ${userId} ${address ?? ''}`,
        covers,
        async write() {
          for (const grant of (await theirs()).filter(covers)) {
            await grants
              .end(grant.id, at, 'closed', closing(grant, at, by))
              .catch((reason: unknown) => {
                if (!hasEnded(reason)) throw reason;
              });
          }
        },
      });
      throw error;
    });
    const failures: unknown[] = [];
    for (const { id } of meant) {
      await close(id, by).catch((error: unknown) => hasEnded(error) || failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
}

export function closing(grant: Grant, at: Instant, by: Actor): AuditEntry {
  return {
    at,
    actor: by,
    kind: 'gate-closed',
    userId: grant.userId,
    address: grant.address,
    callId: grant.callId ?? undefined,
  };
}
