import { AccessError } from '../domain/access-error.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Line } from '../ivr/line.ts';

interface Waiting {
  readonly number: PhoneNumber;
  answered(line: Line): void;
  failed(error: AccessError): void;
}

/** The calls that we have placed and nobody has answered yet, by channel id. */
export class Ringing {
  readonly #waiting = new Map<string, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Whom that channel calls; undefined when we do not wait for it. */
  numberOf(channelId: string): PhoneNumber | undefined {
    return this.#waiting.get(channelId)?.number;
  }

  /** Settles at the answer, at the latest after `patience` ms. @throws AccessError `call-failed`. */
  wait(channelId: string, number: PhoneNumber, patience: number): Promise<Line> {
    return new Promise((answered, failed) => {
      const late = setTimeout(() => this.fail(channelId, 'nobody answered'), patience);
      const done = (): void => {
        clearTimeout(late);
        this.#waiting.delete(channelId);
      };
      this.#waiting.set(channelId, {
        number,
        answered: (line) => {
          done();
          answered(line);
        },
        failed: (error) => {
          done();
          failed(error);
        },
      });
    });
  }

  answered(line: Line): void {
    this.#waiting.get(line.id)?.answered(line);
  }

  /** The channel is gone; `cause` is that of Q.850. */
  over(channelId: string, cause: number): void {
    this.fail(channelId, reasons.get(cause) ?? `the call ended with cause ${cause} (Q.850)`);
  }

  fail(channelId: string, why: string, cause?: unknown): void {
    this.#waiting.get(channelId)?.failed(callFailed(why, cause));
  }

  /** All of them: no answer can reach us. */
  failAll(why: string): void {
    for (const channelId of [...this.#waiting.keys()]) this.fail(channelId, why);
  }
}

export function callFailed(why: string, cause?: unknown): AccessError {
  const options = cause === undefined ? undefined : { cause };
  return new AccessError('call-failed', `The telephone could not be called: ${why}.`, options);
}

/** Asterisk's ways of saying that there was no answer. */
const reasons = new Map([
  [0, 'it was not answered'],
  [1, 'there is no such number'],
  [3, 'there is no way to that number'],
  [16, 'it was not answered'],
  [17, 'it is busy'],
  [18, 'nobody answered'],
  [19, 'nobody answered'],
  [20, 'it is not there'],
  [21, 'the call was rejected'],
  [27, 'it is out of order'],
]);
