import { connect, type Socket } from 'node:net';
import { longestAnswer } from './wire.ts';
import { LineReader } from './wire-lines.ts';

export interface ConnectionEvents {
  readonly connected: () => void;
  readonly lost: (why: string) => void;
  readonly line: (text: string) => void;
}

/** Milliseconds between tries, doubling up to the last. */
const firstPause = 50;
const longestPause = 1000;
/** A helper that does not even take the connection is as good as gone. */
const connectDeadline = 2000;

/** A connection to a Unix socket that comes back by itself, for ever, until it is stopped. */
export class Connection {
  readonly #path: string;
  readonly #events: ConnectionEvents;
  #socket: Socket | undefined;
  #pause = firstPause;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #up = false;

  constructor(path: string, events: ConnectionEvents) {
    this.#path = path;
    this.#events = events;
    this.#connect();
  }

  get up(): boolean {
    return this.#up;
  }

  send(line: string): void {
    this.#socket?.write(line);
  }

  /** Lets go of a connection that cannot be trusted any more; a new one follows. */
  drop(why: string): void {
    this.#socket?.destroy(new Error(why));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect(this.#path);
    this.#socket = socket;
    const reader = new LineReader(longestAnswer);
    let why = 'the helper closed the connection';
    socket.setTimeout(connectDeadline, () => this.drop('the helper did not take the connection'));
    socket.on('connect', () => {
      socket.setTimeout(0);
      this.#up = true;
      this.#pause = firstPause;
      this.#events.connected();
    });
    socket.on('data', (chunk: Buffer) => {
      for (const line of reader.feed(chunk)) {
        if ('text' in line) this.#events.line(line.text);
        else this.drop(line.message);
      }
    });
    socket.on('error', (error) => (why = error.message));
    socket.on('close', () => {
      this.#up = false;
      if (this.#stopped) why = 'the client was closed';
      this.#events.lost(why);
      if (this.#stopped) return;
      this.#timer = setTimeout(() => this.#connect(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, longestPause);
    });
  }
}
