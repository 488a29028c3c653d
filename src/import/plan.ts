import { targetText, type Target } from '../domain/entry.ts';
import type { Instant } from '../domain/time.ts';
import { Labels } from './labels.ts';
import type { Existing, LeftAlone, Place, Reading, Skipped } from './reading.ts';
import { servicesFor, type KnownService } from './to-services.ts';

/** What becomes of something that was found. */
export interface Planned {
  readonly label: string;
  readonly target: Target;
  /** Empty: the usual ones of the site. */
  readonly services: readonly string[];
  readonly until: Instant | null;
  readonly note: string;
  readonly remarks: readonly string[];
  readonly at: Place;
}

export interface Plan {
  /** To be added. */
  readonly entries: readonly Planned[];
  /** There already, under this label: nothing is done. */
  readonly present: readonly Planned[];
  readonly skipped: readonly Skipped[];
  readonly left: readonly LeftAlone[];
}

export interface Site {
  readonly services: readonly KnownService[];
  readonly existing: readonly Existing[];
  /** Opened for those who had every port, or whose list names none; where it is left out, every service, or the usual ones. */
  readonly whole?: readonly string[] | undefined;
  readonly now: Instant;
}

/** What would be added to a site's entries, and what not, and why. Changes nothing. */
export function planFor(reading: Reading, site: Site): Plan {
  const entries: Planned[] = [];
  const present: Planned[] = [];
  const skipped: Skipped[] = [...reading.skipped];
  const labels = new Labels(site.existing, reading);
  for (const found of reading.found) {
    const { at, target, until, note } = found;
    const skip = (why: string): void => void skipped.push({ at, text: targetText(target), why });
    const chosen = servicesFor(found.wanted, site.services, site.whole);
    if ('why' in chosen) skip(chosen.why);
    else if (until !== null && until <= site.now) skip('its date has passed');
    else {
      const labelled = labels.give(found);
      if (labelled.kind === 'refused') skip(labelled.why);
      else {
        const remarks = [...found.remarks, ...chosen.remarks];
        const { label, kind } = labelled;
        const row = { label, target, services: chosen.services, until, note, remarks, at };
        (kind === 'new' ? entries : present).push(row);
      }
    }
  }
  return { entries, present, skipped, left: reading.left };
}
