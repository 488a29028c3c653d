import { AccessError } from '../domain/access-error.ts';
import type { Actor, AuditEntry } from '../domain/attempt.ts';
import type { Grant } from '../domain/grant.ts';
import type { GrantStore } from '../domain/ports.ts';
import type { Clock, Instant } from '../domain/time.ts';
import type { GrantsAtHand } from './grants-at-hand.ts';

/** Closes a grant, while nothing else is opened or closed. */
export type Close = (grantId: number, by: Actor) => Promise<Grant>;

export function createClose(grants: GrantStore, atHand: GrantsAtHand, clock: Clock): Close {
  const { apply, unendedAt, endUnwritten } = atHand;

  return async (grantId, by) => {
    const grant = await grants.byId(grantId);
    if (!grant) throw new AccessError('not-found', `There is no grant number ${grantId}.`);
    const at = clock.now();
    const end = (): Promise<void> => grants.end(grantId, at, 'closed', closing(grant, at, by));
    try {
      await end();
    } catch (error) {
      if (error instanceof AccessError && error.code === 'conflict') throw error;
      // a record that cannot be written must not keep the gate open: shut now, written when it can be
      endUnwritten(grantId, end);
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
