import type { Following, Happening } from '../access/administration.ts';
import { auditAnswer } from './answers/records.ts';
import type { Visitor } from './visitor.ts';

/** How long a browser waits before it comes again, in milliseconds. */
const comeAgain = 3000;

/**
 * What happens, as server-sent events (WHATWG HTML, section 9.2). It ends when whoever listens would no
 * longer be let in. Not a generator: one that waits could not be ended before it has something to say.
 */
export function eventStream(
  following: Following,
  visitor: Pick<Visitor, 'stillIn'>,
): AsyncIterable<string> {
  let begun = false;

  async function next(): Promise<IteratorResult<string, undefined>> {
    if (!begun) {
      begun = true;
      // so that the headers are sent, and whoever listens knows that it has begun
      return { done: false, value: `retry: ${comeAgain}\n\n` };
    }
    const happening = await following.next();
    if (happening && (await visitor.stillIn())) return { done: false, value: written(happening) };
    following.end();
    return { done: true, value: undefined };
  }

  return {
    [Symbol.asyncIterator]: () => ({
      next,
      // eslint-disable-next-line typescript/require-await -- as iterators end
      async return() {
        following.end();
        return { done: true, value: undefined };
      },
    }),
  };
}

function written(happening: Happening): string {
  if (happening.kind === 'rows') {
    return happening.rows
      .map((row) => event(row.seq, row.kind, JSON.stringify(auditAnswer(row))))
      .join('');
  }
  if (happening.kind === 'gap') {
    const { after, from } = happening;
    return event(from - 1, 'gap', JSON.stringify({ after, from }));
  }
  // no event, and yet it is known how far it goes: what is not for this reader is not looked through again
  return `: nothing new\nid: ${happening.seq}\n\n`;
}

const event = (id: number, kind: string, json: string): string =>
  `id: ${id}\nevent: ${kind}\ndata: ${json}\n\n`;
