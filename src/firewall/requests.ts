import { AccessError } from '../domain/access-error.ts';
import { Connection } from './connection.ts';
import { longestRequest, type WireAnswer, type WireEvent, type WireRequest } from './wire.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type Ask = WithoutId<WireRequest>;
export type Done = Extract<WireAnswer, { ok: true }>;

interface Pending {
  readonly line: string;
  /** Whether the helper may have read it. */
  sent: boolean;
  readonly settle: (answer: WireAnswer) => void;
  readonly fail: (why: string) => void;
}

/** Matches answers to requests, and puts a deadline on each. */
export class Requests {
  readonly #connection: Connection;
  readonly #pending = new Map<number, Pending>();
  readonly #disturbed: () => void;
  #lastId = 0;

  /** `disturbed` is called when the gate may differ from what was last heard of it. */
  constructor(socket: string, disturbed: () => void) {
    this.#disturbed = disturbed;
    this.#connection = new Connection(socket, {
      connected: () => this.#connected(),
      lost: (why) => this.#lost(why),
      line: (text) => this.#line(text),
    });
  }

  /**
   * Sends, or waits for a connection to send on, and resolves with the answer.
   *
   * @throws AccessError `firewall-unavailable` when none comes within `deadline` milliseconds,
   *   or nobody takes the request within `patience`: long work is no reason to wait long for nobody
   */
  make(ask: Ask, deadline: number, patience = deadline): Promise<WireAnswer> {
    const id = ++this.#lastId;
    const line = `${JSON.stringify({ id, ...ask })}\n`;
    if (Buffer.byteLength(line) > longestRequest) {
      const message = `The request to ${ask.verb} is longer than the helper reads: open fewer addresses.`;
      return Promise.reject(new AccessError('firewall-refused', message));
    }
    return new Promise((resolve, reject) => {
      const untaken = setTimeout(() => {
        if (!pending.sent) pending.fail('nobody answers at its socket');
      }, patience);
      const late = setTimeout(() => pending.fail(`no answer within ${deadline} ms`), deadline);
      const end = (): void => {
        clearTimeout(untaken);
        clearTimeout(late);
        this.#pending.delete(id);
      };
      const pending: Pending = {
        line,
        sent: false,
        settle: (answer) => {
          end();
          resolve(answer);
        },
        fail: (why) => {
          end();
          reject(unavailable(ask, why));
          // it may be carried out all the same, now or later
          if (pending.sent && changes(ask)) this.#disturbed();
        },
      };
      this.#pending.set(id, pending);
      this.#send(pending);
    });
  }

  stop(): void {
    this.#connection.stop();
    this.#lost('the client was closed');
  }

  #send(pending: Pending): void {
    if (!this.#connection.up) return;
    pending.sent = true;
    this.#connection.send(pending.line);
  }

  #connected(): void {
    for (const pending of this.#pending.values()) this.#send(pending);
    this.#disturbed();
  }

  /** What was sent has an unknown end; what was not waits for the next connection. */
  #lost(why: string): void {
    for (const pending of this.#pending.values()) if (pending.sent) pending.fail(why);
  }

  #line(text: string): void {
    const message = parse(text);
    if (!message) return this.#connection.drop('the helper sent what is no answer');
    if ('event' in message) return this.#disturbed();
    const pending = message.id === null ? undefined : this.#pending.get(message.id);
    if (pending) pending.settle(message);
    else if (message.id === null) this.#connection.drop(refusalOf(message));
    // an answer that comes after its deadline may have opened what nobody counts as open
    else this.#disturbed();
  }
}

/** Whether it changes what is open. */
export function changes(ask: Ask): boolean {
  return ask.verb === 'open' || ask.verb === 'close' || ask.verb === 'sync';
}

function unavailable(ask: Ask, why: string): AccessError {
  return new AccessError(
    'firewall-unavailable',
    `The firewall helper did not confirm to ${ask.verb} (${why}): see whether dialgate-helper runs.`,
  );
}

/** The helper is trusted to keep to the protocol, but not to be of our version. */
function parse(text: string): WireAnswer | WireEvent | undefined {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null) return undefined;
    return 'event' in message || ('id' in message && 'ok' in message)
      ? (message as WireAnswer | WireEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

function refusalOf(answer: WireAnswer): string {
  return answer.ok ? 'the helper answered nobody' : answer.error.message;
}
