import { oneAtATime, type OneAtATime } from '../access/one-at-a-time.ts';

/** Runs work on one thing in order, never two at once; work on other things goes on beside it. */
export type Turns = <T>(thing: string, work: () => Promise<T>) => Promise<T>;

/** One for all doors of a house: between a look and a change nobody else may come. */
export function createTurns(): Turns {
  const lines = new Map<string, { readonly turn: OneAtATime; waiting: number }>();

  return async (thing, work) => {
    const line = lines.get(thing) ?? { turn: oneAtATime(), waiting: 0 };
    lines.set(thing, line);
    line.waiting += 1;
    try {
      return await line.turn(work);
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(thing);
    }
  };
}
