import type { AuditEntry } from '../domain/attempt.ts';
import { openingsOf, type Grant, type Opening } from '../domain/grant.ts';
import type { Stores } from '../domain/ports.ts';
import type { Clock, Instant } from '../domain/time.ts';
import { closing } from './closing.ts';
import type { GrantsAtHand } from './grants-at-hand.ts';

/** What the kernel shall hold now; marks grants whose time is over as expired. */
export function createDesired(
  { users, grants }: Pick<Stores, 'users' | 'grants'>,
  atHand: GrantsAtHand,
  clock: Clock,
): () => Promise<Opening[]> {
  const { isOpen, longestLeft } = atHand;

  return async () => {
    const now = clock.now();
    await atHand.writeUnwritten();
    const unended = await atHand.unended();
    const letIn = new Set((await users.list()).filter((u) => !u.disabled).map((u) => u.id));
    // a crash may have come between disabling or removing a user and closing what they had
    const orphaned = unended.filter((g) => !letIn.has(g.userId));
    const over = unended.filter((g) => letIn.has(g.userId) && !isOpen(g, now));
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
      unended.filter((g) => letIn.has(g.userId)),
      now,
      longestLeft,
    );
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
