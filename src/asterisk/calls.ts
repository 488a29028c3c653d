import type { Line } from '../ivr/line.ts';
import { AriLine, type ChannelCommands } from './ari-line.ts';
import { channelOf, isIn, type ChannelFields } from './ari-events.ts';
import type { Ari } from './ari.ts';
import type { Log, Timeouts } from './exchange-options.ts';

/** The calls in progress, by channel id. Outlives the connections to Asterisk. */
export class Calls {
  readonly #lines = new Map<string, AriLine>();
  readonly #taken = new Map<string, Promise<void>>();
  readonly #take: (line: Line) => Promise<void>;
  readonly #commands: ChannelCommands;
  readonly #timeouts: Timeouts;
  readonly #log: Log;
  #closing = false;

  constructor(
    take: (line: Line) => Promise<void>,
    commands: ChannelCommands,
    timeouts: Timeouts,
    log: Log,
  ) {
    this.#take = take;
    this.#commands = commands;
    this.#timeouts = timeouts;
    this.#log = log;
  }

  get size(): number {
    return this.#taken.size;
  }

  /**
   * Listens to a connection. Listeners are the client's, never a channel's:
   * ari-client keeps those for ever.
   */
  listen(ari: Ari): void {
    ari.on('StasisStart', ({ channel }) => this.#begin(channel));
    ari.on('ChannelDtmfReceived', (event) => this.#lines.get(event.channel.id)?.keyed(event));
    ari.on('PlaybackFinished', (event) =>
      this.#lines.get(channelOf(event))?.playbackFinished(event),
    );
    ari.on('ChannelHangupRequest', ({ channel }) => this.#lines.get(channel.id)?.hungUp());
    ari.on('StasisEnd', ({ channel }) => this.#lines.get(channel.id)?.gone());
    ari.on('ChannelDestroyed', ({ channel }) => this.#lines.get(channel.id)?.gone());
  }

  /**
   * Makes the calls agree with Asterisk's own list, after a time in which events
   * may have been missed: drops lines without a channel, ends channels without a
   * line (those that a crash of ours left behind). Other applications' calls and
   * calls outside of any are not touched.
   */
  async agree(ari: Ari, application: string, pause: (ms: number) => Promise<void>): Promise<void> {
    const known = [...this.#lines.values()];
    const channels = (await ari.channels()).filter((channel) => isIn(application, channel));
    const there = new Set(channels.map((channel) => channel.id));
    for (const line of known) if (!there.has(line.id)) line.gone();

    const unknown = (): ChannelFields[] => channels.filter((c) => !this.#lines.has(c.id));
    if (unknown().length === 0) return;
    // some may be calls that are just being announced
    await pause(this.#timeouts.announcement);
    for (const { id } of unknown()) {
      this.#log.warn({ call: id }, 'ending a call that nobody serves');
      await this.#commands.hangUp(id).catch(() => undefined);
    }
  }

  /** Takes no more calls, ends those in progress and waits for them, within bounds. */
  async close(): Promise<void> {
    this.#closing = true;
    const ends = [...this.#lines.values()].map((line) => line.hangUp());
    const all = Promise.all([...ends, ...this.#taken.values()]);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#timeouts.stop);
    });
    await Promise.race([all, late]);
    clearTimeout(timer);
  }

  #begin(channel: ChannelFields): void {
    if (this.#lines.has(channel.id)) return;
    // complete before the first await: a digit may be the very next event
    const line = new AriLine(channel, this.#commands, this.#timeouts, this.#log);
    this.#lines.set(line.id, line);
    this.#taken.set(line.id, this.#serve(line));
  }

  async #serve(line: AriLine): Promise<void> {
    try {
      if (!this.#closing) await this.#take(line);
    } catch (err) {
      this.#log.error({ call: line.id, err }, 'a call failed');
    }
    const over = await line.end();
    if (!over) this.#log.warn({ call: line.id }, 'Asterisk did not confirm the end of a call');
    this.#lines.delete(line.id);
    this.#taken.delete(line.id);
    if (!over) this.#unconfirmed();
  }

  /** Set by the exchange: brings about an `agree` soon. */
  onUnconfirmed(listener: () => void): void {
    this.#unconfirmed = listener;
  }
  #unconfirmed: () => void = () => undefined;
}
