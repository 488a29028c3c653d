import type { Socket } from 'node:net';
import { longestRequest } from '../../firewall/wire.ts';
import { LineReader, type Line } from '../../firewall/wire-lines.ts';
import type { Reply } from './reply.ts';

/** Milliseconds. */
export interface ClientTimes {
  /** A line that has begun must end within this. */
  readonly stall: number;
  /** What we have written must be taken within this. */
  readonly drain: number;
}

/** Requests that may wait, letters in them, and bytes that may lie unread by the client, before we read no more. */
const mostWaiting = 32;
const mostLetters = 1024 * 1024;
const mostUnread = 1024 * 1024;

/**
 * One connection: reads lines, has them answered one after another, writes the
 * answers. Whoever stalls in mid-line or does not read is cut off; nothing that
 * a client does can reject or throw here.
 */
export class Client {
  readonly #socket: Socket;
  readonly #reply: Reply;
  readonly #times: ClientTimes;
  readonly #reader = new LineReader(longestRequest);
  readonly #waiting: { readonly line: Line; readonly receivedAt: number }[] = [];
  /** Of those that wait. */
  #letters = 0;
  #answering = false;
  #stall: NodeJS.Timeout | undefined;
  #drain: NodeJS.Timeout | undefined;

  constructor(socket: Socket, reply: Reply, times: ClientTimes) {
    this.#socket = socket;
    this.#reply = reply;
    this.#times = times;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#forget());
  }

  send(message: object): void {
    if (!this.#socket.writable) return;
    const taken = this.#socket.write(`${JSON.stringify(message)}\n`);
    if (!taken) this.#drain ??= setTimeout(() => this.#socket.destroy(), this.#times.drain);
  }

  end(): void {
    this.#socket.destroySoon();
  }

  #take(chunk: Buffer): void {
    const receivedAt = performance.now();
    for (const line of this.#reader.feed(chunk)) {
      this.#waiting.push({ line, receivedAt });
      this.#letters += lettersIn(line);
    }
    this.#watchStall();
    if (this.#isFull) this.#socket.pause();
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#letters -= lettersIn(next.line);
      this.send(await this.#reply(next.line, next.receivedAt));
      if (this.#socket.writableLength > mostUnread) this.#socket.pause();
      else this.#readOn();
    }
    this.#answering = false;
  }

  /** A line may be long: a few of them are as much as many short ones. */
  get #isFull(): boolean {
    return this.#waiting.length >= mostWaiting || this.#letters >= mostLetters;
  }

  #readOn(): void {
    if (this.#isFull || this.#socket.destroyed) return;
    this.#socket.resume();
    this.#watchStall();
  }

  /** One timer from a line's beginning, not from its last byte: a trickle is a stall too. */
  #watchStall(): void {
    // what we do not read cannot end
    if (this.#reader.midLine && !this.#isFull) {
      this.#stall ??= setTimeout(() => this.#socket.destroy(), this.#times.stall);
    } else {
      clearTimeout(this.#stall);
      this.#stall = undefined;
    }
  }

  #drained(): void {
    clearTimeout(this.#drain);
    this.#drain = undefined;
    this.#readOn();
  }

  #forget(): void {
    clearTimeout(this.#stall);
    clearTimeout(this.#drain);
    this.#waiting.length = 0;
    this.#letters = 0;
  }
}

const lettersIn = (line: Line): number => ('text' in line ? line.text.length : 0);
