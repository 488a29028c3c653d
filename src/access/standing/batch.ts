import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import { targetText, type Entry, type NewEntry } from '../../domain/entry.ts';
import type { AddedEntry, EntryStore, FirewallLimits, WantedEntry } from '../../domain/ports.ts';
import type { Clock } from '../../domain/time.ts';
import type { BatchOutcome, EntryRules, NewEntryRequest } from './wanted.ts';
import { full, mostEntries, newEntry } from './new-entry.ts';
import { othersTurn } from './others-turn.ts';

/** Checked in one go, before whoever waits on the telephone has a turn: a few milliseconds. */
const slice = 50;

type AddAll = (
  requests: readonly NewEntryRequest[],
  by: Actor,
  limits: FirewallLimits | undefined,
) => Promise<BatchOutcome[]>;

/** Adds many entries in one transaction, by the rules for one. */
export function createBatch(
  store: Pick<EntryStore, 'addAll'>,
  clock: Clock,
  rules: Pick<EntryRules, 'most' | 'addresses'>,
): AddAll {
  return async (requests, by, limits) => {
    const addresses = rules.addresses();
    const judged: (WantedEntry | AccessError)[] = [];
    for (let from = 0; from < requests.length; from += slice) {
      if (from > 0) await othersTurn();
      const now = clock.now();
      for (const request of requests.slice(from, from + slice)) {
        judged.push(judge(() => newEntry(request, { by, now, addresses, limits })));
      }
    }
    const wanted = judged.filter((one): one is WantedEntry => !(one instanceof AccessError));
    const added =
      wanted.length > 0 ? await store.addAll(wanted, mostEntries(rules.most, limits)) : [];
    const answers = added.values();
    return judged.map((one) => {
      if (one instanceof AccessError) return { kind: 'refused', error: one };
      return outcomeOf(one.entry, answers.next().value, () => full(rules.most, limits));
    });
  };
}

function judge(work: () => WantedEntry): WantedEntry | AccessError {
  try {
    return work();
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
}

function outcomeOf(
  wanted: NewEntry,
  added: AddedEntry | undefined,
  noRoom: () => AccessError,
): BatchOutcome {
  if (!added) throw new Error('the store has answered for fewer entries than it was given');
  if (added.kind === 'added') return { kind: 'added' };
  if (added.kind === 'full') return { kind: 'refused', error: noRoom() };
  const differing = differences(wanted, added.entry);
  if (differing.length === 0) return { kind: 'present' };
  const error = new AccessError(
    'conflict',
    `There is an entry labelled ${wanted.label} already, with another ${differing.join(' and ')}.`,
  );
  return { kind: 'refused', error };
}

/** In what they let in differently; where they came from is all one. */
function differences(one: NewEntry, other: Entry): string[] {
  return [
    ...(targetText(one.target) === targetText(other.target) ? [] : ['target']),
    ...(sorted(one.services) === sorted(other.services) ? [] : ['list of services']),
    ...(one.expiresAt === other.expiresAt ? [] : ['end']),
    ...(one.note === other.note ? [] : ['note']),
  ];
}

const sorted = (services: readonly string[]): string => services.toSorted().join(' ');
