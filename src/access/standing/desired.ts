import type { AuditEntry } from '../../domain/attempt.ts';
import { merged, targetText, type Entry, type Standing } from '../../domain/entry.ts';
import type { EntryStore, Targets } from '../../domain/ports.ts';
import type { Clock, Instant } from '../../domain/time.ts';

/** Taken off the record in one go; more wait for the next time, and are not let in meanwhile. */
const mostExpired = 100;

/**
 * What the gate shall let in now; entries whose time is over are taken off the
 * record. Answers the same list as long as nothing has changed, so that to ask
 * costs next to nothing, however many there are.
 */
export function createDesiredStanding(
  entries: EntryStore,
  clock: Clock,
  usualServices: readonly string[],
): () => Promise<readonly Standing[]> {
  let known: { revision: number; until: Instant; standing: readonly Standing[] } | undefined;

  return async () => {
    const now = clock.now();
    const revision = await entries.revision();
    if (known?.revision === revision && now < known.until) return known.standing;
    const targets = await entries.targetsAt(now);
    const end = await entries.nextEnd(now);
    const over = await entries.over(now, mostExpired);
    for (const entry of over) {
      // what cannot be put on record is put on record later; it is let in no more all the same
      await entries.remove(entry.id, expiry(entry, now)).catch(() => undefined);
    }
    const standing = merged(targets.flatMap((some) => linesOf(some, usualServices)));
    // the revision of before: what others have changed since is seen the next time
    known = { revision, until: over.length > 0 ? now : (end ?? Infinity), standing };
    return standing;
  };
}

function linesOf({ targets, services, until }: Targets, usual: readonly string[]): Standing[] {
  const open = services.length > 0 ? services : usual;
  return targets.map((target) => ({ target, services: open, until }));
}

function expiry({ label, target }: Entry, at: Instant): AuditEntry {
  return {
    at,
    actor: 'system',
    kind: 'entry-expired',
    ...(target.kind === 'host' && { address: target.address }),
    detail: { label, target: targetText(target) },
  };
}
