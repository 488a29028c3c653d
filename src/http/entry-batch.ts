import type { Administration } from '../access/administration.ts';
import type { BatchOutcome, NewEntryRequest } from '../access/entries.ts';
import { othersTurn } from '../access/standing/others-turn.ts';
import { AccessError } from '../domain/access-error.ts';
import type { Actor } from '../domain/attempt.ts';
import { checked } from './checked.ts';
import { batchAnswer, type BatchAnswer } from './entry-answers.ts';
import { newEntry } from './entry-requests.ts';

/** Read in one go, before other requests and calls have a turn. */
const slice = 100;

/** Adds the items that are entries, and answers for all of them in their order. */
export async function addBatch(
  rules: Pick<Administration, 'addEntries'>,
  items: readonly unknown[],
  by: Actor,
): Promise<BatchAnswer> {
  const read: (NewEntryRequest | AccessError)[] = [];
  for (let from = 0; from < items.length; from += slice) {
    if (from > 0) await othersTurn();
    read.push(...items.slice(from, from + slice).map(entryOf));
  }
  const wanted = read.filter((one): one is NewEntryRequest => !(one instanceof AccessError));
  const outcomes = (await rules.addEntries(wanted, by)).values();
  return batchAnswer(
    read.map((one): BatchOutcome => {
      if (one instanceof AccessError) return { kind: 'refused', error: one };
      const { value } = outcomes.next();
      if (value) return value;
      throw new Error('the rules have answered for fewer entries than they were given');
    }),
  );
}

function entryOf(item: unknown): NewEntryRequest | AccessError {
  try {
    return checked(newEntry, item);
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
}
