import { AccessError } from '../../domain/access-error.ts';
import type { AddressRules } from '../../domain/address-rules.ts';
import type { AuditEntry } from '../../domain/attempt.ts';
import type { Entry, Resolution } from '../../domain/entry.ts';
import type { EntryStore, Names } from '../../domain/ports.ts';
import {
  secondsBetween,
  type Clock,
  type Instant,
  type Seconds,
  type Timer,
} from '../../domain/time.ts';
import { auditOf, longestWait, meaningAfter } from './meaning.ts';

export interface NameWatchParts {
  readonly entries: EntryStore;
  readonly names: Names;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly addresses: () => AddressRules;
  /** How long the last addresses of a name are kept while it fails. */
  readonly grace: Seconds;
  /** A name means other addresses now. */
  readonly changed: () => void;
  /** Told of every line that is put on record: where a name fails, this is the alarm. */
  readonly noted: (entry: AuditEntry) => void;
  readonly log: (message: string, error: unknown) => void;
  /** Names that are looked up at the same time; the others wait. */
  readonly atOnce?: number;
}

export interface NameWatch {
  /** Takes up names that are new, and drops those that have gone. */
  refresh(): void;
  stop(): void;
}

/** A name is looked up again when its TTL is over, but no sooner than this. */
const soonest: Seconds = 30;
/** After the store has failed. */
const retry: Seconds = 10;

/**
 * Looks names up again and again, each on its own timer, so that none waits for
 * another. Nothing waits for it either: what names meant the last time is on
 * record, and stands from the start.
 */
export function watchNames(parts: NameWatchParts): NameWatch {
  const { entries, names, clock, timer, grace, atOnce = 8 } = parts;
  const watched = new Map<number, { entry: Entry; due?: { cancel(): void } }>();
  const waiting: number[] = [];
  let lookingUp = 0;
  let refreshing = false;
  let again = false;
  let retrying: { cancel(): void } | undefined;
  let stopped = false;

  async function lookUp(entry: Entry): Promise<Seconds> {
    const { id, target } = entry;
    if (target.kind !== 'name') return longestWait;
    const answer = await names.resolve(target.name);
    if (stopped) return longestWait;
    const last = await entries.resolutionOf(id);
    // it may have been removed meanwhile
    if (!watched.has(id)) return longestWait;
    const now = clock.now();
    const next = meaningAfter(last, answer, { now, grace, rules: parts.addresses() });
    const audit = auditOf(entry, last, next, now);
    await entries.resolved(id, next, audit);
    if (audit) parts.noted(audit);
    if (next.addresses.join(' ') !== last.addresses.join(' ')) parts.changed();
    return waitAfter(next, answer.ttl, now);
  }

  function waitAfter(meaning: Resolution, ttl: Seconds, now: Instant): Seconds {
    const { addresses, resolvedAt, failingSince, unanswered } = meaning;
    const inGrace = unanswered.map(({ seconds }) => seconds).filter((seconds) => seconds < grace);
    // the ends of the grace times are kept
    const within = (wish: Seconds): Seconds =>
      Math.min(Math.max(wish, soonest), longestWait, ...inGrace.map((seconds) => grace - seconds));
    // one family at least is answered: the other is not to slow it down
    if (failingSince === null || resolvedAt === now) return within(ttl);
    // somebody is shut out until it is answered
    if (addresses.length === 0 && resolvedAt !== null) return soonest;
    // the longer it fails, the more seldom it is asked for
    return within(Math.min(secondsBetween(failingSince, now), ...inGrace));
  }

  function ring(id: number): void {
    waiting.push(id);
    goOn();
  }

  function goOn(): void {
    while (lookingUp < atOnce) {
      const id = waiting.shift();
      if (id === undefined) return;
      const one = watched.get(id);
      if (!one) continue;
      lookingUp++;
      void lookUp(one.entry)
        .catch((error: unknown) => {
          // removed a moment ago, and soon dropped here too
          if (error instanceof AccessError && error.code === 'not-found') return longestWait;
          parts.log(`What the name of ${one.entry.label} means could not be kept.`, error);
          return soonest;
        })
        .then((wait) => {
          lookingUp--;
          if (watched.get(id) === one && !stopped) one.due = timer(wait, () => ring(id));
          goOn();
        });
    }
  }

  async function takeUp(): Promise<void> {
    const all = await entries.all('name');
    if (stopped) return;
    const present = new Set(all.map(({ id }) => id));
    for (const [id, { due }] of watched) {
      if (present.has(id)) continue;
      due?.cancel();
      watched.delete(id);
    }
    for (const entry of all) {
      if (watched.has(entry.id)) continue;
      watched.set(entry.id, { entry });
      ring(entry.id);
    }
  }

  function refresh(): void {
    again = true;
    if (refreshing || stopped) return;
    retrying?.cancel();
    void takeUpAll();
  }

  async function takeUpAll(): Promise<void> {
    refreshing = true;
    try {
      while (again) {
        again = false;
        await takeUp();
      }
    } catch (error) {
      parts.log('The names among the standing entries could not be read.', error);
      if (!stopped) retrying = timer(retry, refresh);
    } finally {
      // in the same turn as the last look at `again`, or news that comes in between is lost
      refreshing = false;
    }
  }

  refresh();
  return {
    refresh,
    stop() {
      stopped = true;
      waiting.length = 0;
      retrying?.cancel();
      for (const { due } of watched.values()) due?.cancel();
    },
  };
}
