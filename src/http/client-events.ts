import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import { reach, type Target } from './client-target.ts';
import { answerOf, createAsk, unreached } from './client-transport.ts';

/** One server-sent event (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** How far the reader has come with it, where it says so. */
  readonly id: string | undefined;
  readonly kind: string;
  /** Undefined where there is no more than an id, or a word that the connection stands. */
  readonly data: string | undefined;
}

/**
 * What a server says as it happens, over one connection. Ends when the server ends it or the signal
 * is aborted; throws AccessError when it breaks, with the code that the server meant or `internal`.
 */
export type Follow = (path: string, signal: AbortSignal) => AsyncIterable<ServerEvent>;

/** The server has a word every fifteen. */
const longestSilence: Seconds = 45;

/** @throws AccessError `invalid` when the target itself is malformed. */
export function createFollow(
  target: Target,
  { silence = longestSilence }: { readonly silence?: Seconds } = {},
): Follow {
  const ask = createAsk(target);
  const { name } = reach(target);

  return async function* (path, signal) {
    const quiet = silenceAlarm(silence);
    const ending = AbortSignal.any([signal, quiet.signal]);
    try {
      quiet.set();
      const response = await ask('GET', path, { signal: ending });
      if (!isStream(response.headers['content-type'])) {
        await answerOf(response, name);
        throw new AccessError('internal', `${name} answered with something that is no events.`);
      }
      const read = createEventReader();
      response.setEncoding('utf8');
      for await (const piece of response as AsyncIterable<string>) {
        // however long whoever reads takes for it, that is not the server's silence
        quiet.clear();
        yield* read(piece);
        quiet.set();
      }
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof AccessError) throw cause;
      const why = quiet.signal.aborted
        ? `${name} has said nothing for ${silence} seconds.`
        : unreached(cause, name);
      throw new AccessError('internal', why, { cause });
    } finally {
      quiet.clear();
    }
  };
}

const isStream = (type = ''): boolean => type.startsWith('text/event-stream');

function silenceAlarm(seconds: Seconds): { signal: AbortSignal; set(): void; clear(): void } {
  const controller = new AbortController();
  let timeout: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    set() {
      clearTimeout(timeout);
      timeout = setTimeout(() => controller.abort(), seconds * 1000);
    },
    clear: () => clearTimeout(timeout),
  };
}

/** A row of the record has some kilobytes at most. */
const longestEvent = 1024 * 1024;

/** Takes the text in pieces, however they were cut, and gives the events that are whole. */
function createEventReader(): (piece: string) => ServerEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    if (rest.length > longestEvent) {
      throw new AccessError('internal', 'The answer is too large to be dialgate’s; check the URL.');
    }
    return blocks.flatMap((block) => eventOf(block) ?? []);
  };
}

function eventOf(block: string): ServerEvent | undefined {
  const values = new Map<string, string[]>();
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name !== '') values.set(name, [...(values.get(name) ?? []), value]);
  }
  if (values.size === 0) return undefined;
  return {
    id: values.get('id')?.at(-1),
    kind: values.get('event')?.at(-1) ?? 'message',
    data: values.get('data')?.join('\n'),
  };
}
