import type { AuditEntry } from '../../domain/attempt.ts';
import { merged, targetText, type Entry, type Standing } from '../../domain/entry.ts';
import type { EntryStore, Targets } from '../../domain/ports.ts';
import type { Clock, Instant } from '../../domain/time.ts';
import { othersTurn } from './others-turn.ts';

/** Taken off the record in one go; more wait for the next time, and are not let in meanwhile. */
const mostExpired = 100;

export interface DesiredParts {
  readonly store: EntryStore;
  readonly clock: Clock;
  /** Whether the clock can be believed as to what is over. */
  readonly settled: () => boolean;
  readonly usualServices: readonly string[];
  /** How many lines the gate takes; undefined where that is not known now. */
  readonly most: () => Promise<number | undefined>;
}

export interface DesiredStanding {
  /** The same list as long as nothing has changed. */
  standing(): Promise<readonly Standing[]>;
  /** What there was no room for the last time, and how much room there is. */
  leftOut(): { readonly targets: ReadonlySet<string>; readonly most: number };
}

/**
 * What the gate shall let in now. Entries whose time is over are let in no more at
 * once, and taken off the record when the clock is settled: one that was set wrong for
 * a while must not cost an administrator's list. Answers the same list as long as
 * nothing has changed, so that to ask costs next to nothing, however many there are.
 */
export function createDesiredStanding(parts: DesiredParts): DesiredStanding {
  const { store, clock, settled, usualServices } = parts;
  let known: Known | undefined;

  async function takeOff(now: Instant): Promise<void> {
    for (const entry of await store.over(now, mostExpired)) {
      // what cannot be put on record is put on record later; it is let in no more all the same
      await store.remove(entry.id, expiry(entry, now)).catch(() => undefined);
    }
  }

  async function standing(): Promise<readonly Standing[]> {
    const now = clock.now();
    const most = (await parts.most()) ?? known?.most ?? Infinity;
    if (settled()) await takeOff(now);
    const revision = await store.revision();
    const same = known?.revision === revision && known.most === most;
    // a clock that was set back may let in again what was over
    if (known && same && known.from <= now && now < known.until) return known.standing;
    const targets = await store.targetsAt(now);
    const end = await store.nextEnd(now);
    await othersTurn();
    const lines = targets.flatMap((some) => linesOf(some, usualServices));
    await othersTurn();
    const all = merged(lines);
    const [kept, left] = all.length > most ? within(most, all, targets) : [all, []];
    // the revision of before: what others have changed since is seen the next time
    known = {
      revision,
      most,
      from: now,
      until: end ?? Infinity,
      standing: kept,
      left: new Set(left.map(({ target }) => target)),
    };
    await othersTurn();
    return kept;
  }

  return {
    standing,
    leftOut: () => ({ targets: known?.left ?? new Set(), most: known?.most ?? Infinity }),
  };
}

/** Holds from a time until another. */
interface Known {
  readonly revision: number;
  readonly most: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly standing: readonly Standing[];
  readonly left: ReadonlySet<string>;
}

/** Whoever controls a name must not crowd out what a person has named: what names mean comes last. */
function within(
  most: number,
  all: readonly Standing[],
  targets: readonly Targets[],
): [kept: Standing[], left: Standing[]] {
  const firm = new Set(targets.filter(({ byName }) => !byName).flatMap((some) => some.targets));
  const ordered = [
    ...all.filter(({ target }) => firm.has(target)),
    ...all.filter(({ target }) => !firm.has(target)),
  ];
  return [ordered.slice(0, most), ordered.slice(most)];
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
