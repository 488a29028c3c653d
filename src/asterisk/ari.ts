import { connect } from 'ari-client';
import type { AriEvents, ChannelFields } from './ari-events.ts';

/** The event connection, as far as a watch over it needs it. */
export interface EventSocket {
  readonly readyState: number;
  ping(): void;
  close(): void;
  terminate(): void;
  on(
    event: 'open' | 'pong' | 'close' | 'error' | 'message',
    listener: (...args: unknown[]) => void,
  ): unknown;
  listeners(event: 'message'): ((...args: unknown[]) => void)[];
  removeAllListeners(event: 'message'): unknown;
}

/** What the caller of a call that was not answered is told. */
export type HangUpReason = 'normal' | 'busy' | 'congestion';

/** A call to be placed. Names and units are ARI's: `timeout` in seconds of ringing. */
export interface Origination {
  readonly channelId: string;
  readonly endpoint: string;
  readonly app: string;
  readonly timeout: number;
  readonly callerId?: string;
  /** Set before it rings. They show up in Asterisk's logs and events: no secrets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** ari-client as it is. Its own types are wrong in places, so these say what is used and was seen. */
interface AriClient {
  on<K extends keyof AriEvents>(name: K, listener: (event: AriEvents[K]) => void): unknown;
  removeAllListeners(): unknown;
  start(application: string): PromiseLike<void>;
  channels: {
    list(): PromiseLike<ChannelFields[]>;
    answer(parameters: { channelId: string }): PromiseLike<void>;
    hangup(parameters: { channelId: string; reason?: HangUpReason }): PromiseLike<void>;
    originateWithId(parameters: Origination): PromiseLike<unknown>;
    playWithId(parameters: {
      channelId: string;
      playbackId: string;
      media: readonly string[];
    }): PromiseLike<unknown>;
  };
  playbacks: { stop(parameters: { playbackId: string }): PromiseLike<void> };
  _ws: EventSocket | undefined;
  _wsClosed: boolean;
}

/**
 * One connection to ARI, good for one life of the event socket: ari-client would
 * reconnect by itself, with growing pauses and giving up in the end, so it is
 * kept from that and a new one is made instead.
 */
export class Ari {
  readonly #client: AriClient;
  #socket: EventSocket | undefined;

  private constructor(client: AriClient) {
    this.#client = client;
  }

  static async connect(url: string, username: string, password: string): Promise<Ari> {
    return new Ari((await connect(url, username, password)) as unknown as AriClient);
  }

  on<K extends keyof AriEvents>(name: K, listener: (event: AriEvents[K]) => void): void {
    this.#client.on(name, listener);
  }

  /**
   * Opens the event connection, once, and gives its socket before anything can
   * happen on it. `fault` is told of events that could not be dealt with:
   * ari-client throws at an event that is not in the API description.
   */
  open(application: string, fault: (error: unknown) => void): EventSocket {
    const accept = (socket: EventSocket): void => {
      // not the first: ari-client's own attempt to reconnect
      if (this.#socket) socket.terminate();
      this.#socket = socket;
    };
    Object.defineProperty(this.#client, '_ws', { get: () => this.#socket, set: accept });
    // rejects only when ari-client gives up, long after the watch has seen the end
    this.#client.start(application).then(undefined, () => undefined);
    if (!this.#socket) throw new Error('ari-client did not open an event connection');
    guard(this.#socket, fault);
    return this.#socket;
  }

  /** Tells Asterisk that no more events are wanted; what it has sent until then still comes. */
  close(): void {
    this.#socket?.close();
  }

  /** Lets go of the event connection for good. Commands still work. */
  retire(): void {
    // tells ari-client that the close is wanted, in the attempt that it has scheduled, too
    Object.defineProperty(this.#client, '_wsClosed', { get: () => true, set() {} });
    this.#client.removeAllListeners();
    this.#socket?.terminate();
  }

  async channels(): Promise<ChannelFields[]> {
    return this.#client.channels.list();
  }

  async answer(channelId: string): Promise<void> {
    await this.#client.channels.answer({ channelId });
  }

  async hangUp(channelId: string, reason: HangUpReason): Promise<void> {
    await this.#client.channels.hangup({ channelId, reason });
  }

  /** Settles when the telephone begins to be called. */
  async originate(origination: Origination): Promise<void> {
    await this.#client.channels.originateWithId(origination);
  }

  /** One playback of all files, one after the other, without a gap. */
  async play(channelId: string, playbackId: string, paths: readonly string[]): Promise<void> {
    const media = paths.map((path) => `sound:${path}`);
    await this.#client.channels.playWithId({ channelId, playbackId, media });
  }

  async stopPlayback(playbackId: string): Promise<void> {
    await this.#client.playbacks.stop({ playbackId });
  }
}

/** What a listener throws would end the process, and with it every call. */
function guard(socket: EventSocket, fault: (error: unknown) => void): void {
  const listeners = socket.listeners('message');
  socket.removeAllListeners('message');
  for (const listener of listeners) {
    socket.on('message', (...args) => {
      try {
        listener.apply(socket, args);
      } catch (error) {
        fault(error);
      }
    });
  }
}

/** The HTTP status with which Asterisk refused; undefined when it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}
