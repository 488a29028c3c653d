import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Seconds } from '../domain/time.ts';
import type { Line } from '../ivr/line.ts';
import { AriLine, type ChannelCommands } from './ari-line.ts';
import {
  callerOf,
  channelOf,
  isOf,
  isPlacedBy,
  type ChannelFields,
  type Party,
  type PlaybackEvent,
  type StasisStartEvent,
} from './ari-events.ts';
import { statusOf, type Ari, type Origination } from './ari.ts';
import type { CallBackOptions, Log, Timeouts } from './exchange-options.ts';
import { originationTo } from './origination.ts';
import type { Playbacks } from './playbacks.ts';
import { callFailed, Ringing } from './ringing.ts';

/** What is asked of Asterisk about channels. Each settles in bounded time. */
export interface CallCommands extends ChannelCommands {
  originate(origination: Origination): Promise<void>;
}

/** The calls in progress, by channel id. Outlives the connections to Asterisk. */
export class Calls {
  readonly #lines = new Map<string, AriLine>();
  readonly #served = new Map<string, Promise<void>>();
  readonly #ringing = new Ringing();
  readonly #application: string;
  readonly #take: (line: Line) => Promise<void>;
  readonly #commands: CallCommands;
  readonly #timeouts: Timeouts;
  readonly #log: Log;
  #closing = false;

  constructor(
    application: string,
    take: (line: Line) => Promise<void>,
    commands: CallCommands,
    timeouts: Timeouts,
    log: Log,
  ) {
    this.#application = application;
    this.#take = take;
    this.#commands = commands;
    this.#timeouts = timeouts;
    this.#log = log;
  }

  get size(): number {
    return this.#served.size + this.#ringing.size;
  }

  /**
   * Listens to a connection. Listeners are the client's, never a channel's:
   * ari-client keeps those for ever.
   */
  listen(ari: Ari): void {
    ari.on('StasisStart', (event) => this.#begin(event));
    ari.on('ChannelDtmfReceived', (event) => this.#lines.get(event.channel.id)?.keyed(event));
    const playbacksOf = (event: PlaybackEvent): Playbacks | undefined =>
      this.#lines.get(channelOf(event))?.playbacks;
    ari.on('PlaybackStarted', (event) => playbacksOf(event)?.started(event));
    ari.on('PlaybackContinuing', (event) => playbacksOf(event)?.continuing(event));
    ari.on('PlaybackFinished', (event) => playbacksOf(event)?.finished(event));
    ari.on('ChannelHangupRequest', ({ channel }) => this.#lines.get(channel.id)?.hungUp());
    ari.on('StasisEnd', ({ channel }) => this.#lines.get(channel.id)?.gone());
    ari.on('ChannelDestroyed', ({ channel, cause }) => {
      this.#ringing.over(channel.id, cause);
      this.#lines.get(channel.id)?.gone();
    });
  }

  /**
   * Phones somebody, see `Exchange.dial`. Once given up, the channel is hung up
   * even if it is answered in that very moment.
   */
  async dial(number: PhoneNumber, options: CallBackOptions): Promise<Line> {
    if (this.#closing) throw callFailed('dialgate is stopping');
    const origination = originationTo(number, options, this.#application);
    const id = origination.channelId;
    const patience = options.ringFor * 1000 + this.#timeouts.command;
    const answered = this.#ringing.wait(id, number, patience);
    this.#commands.originate(origination).catch((error: unknown) => {
      const refused = statusOf(error) !== undefined;
      const why = refused ? 'Asterisk has no way to the endpoint' : 'Asterisk does not answer';
      this.#ringing.fail(id, why, error);
    });
    try {
      return await answered;
    } catch (error) {
      void this.#hangUp(id);
      throw error;
    }
  }

  /** The connection is lost, and with it the news of every call that we have placed. */
  disconnected(): void {
    this.#ringing.failAll('the connection to Asterisk was lost');
  }

  /**
   * Makes the calls agree with Asterisk's own list, after a time in which events
   * may have been missed: drops lines without a channel, ends channels without a
   * line (those that a crash of ours left behind). Other applications' calls and
   * calls outside of any are not touched.
   */
  async agree(ari: Ari, pause: (ms: number) => Promise<void>): Promise<void> {
    const known = [...this.#lines.values()];
    const channels = (await ari.channels()).filter((channel) => isOf(this.#application, channel));
    const there = new Set(channels.map((channel) => channel.id));
    for (const line of known) if (!there.has(line.id)) line.gone();

    const unknown = (): ChannelFields[] =>
      channels.filter(({ id }) => !this.#lines.has(id) && !this.#ringing.numberOf(id));
    if (unknown().length === 0) return;
    // some may be calls that are just being announced
    await pause(this.#timeouts.announcement);
    for (const { id } of unknown()) {
      this.#log.warn({ call: id }, 'ending a call that nobody serves');
      await this.#commands.hangUp(id, 'normal').catch(() => undefined);
    }
  }

  /**
   * Takes no more calls, lets those in progress end by themselves for so long, ends those that
   * are left and waits for them, within bounds.
   */
  async close(grace: Seconds = 0): Promise<void> {
    this.#closing = true;
    this.#ringing.failAll('dialgate is stopping');
    if (grace > 0) await settledWithin(grace * 1000, [...this.#served.values()]);
    const ends = [...this.#lines.values()].map((line) => line.hangUp());
    await settledWithin(this.#timeouts.stop, [...ends, ...this.#served.values()]);
  }

  #begin(event: StasisStartEvent): void {
    const { channel } = event;
    if (this.#lines.has(channel.id)) return;
    if (isPlacedBy(this.#application, channel.id)) this.#answered(channel);
    else this.#keep(callerOf(event), this.#take);
  }

  #answered({ id }: ChannelFields): void {
    const number = this.#ringing.numberOf(id);
    // given up meanwhile, or placed before a crash of ours
    if (number === undefined) return void this.#hangUp(id);
    const party = { id, callerNumber: number, dialled: number, attestation: null };
    this.#ringing.answered(this.#keep(party, ended));
  }

  /** Complete before the first await: a digit may be the very next event. */
  #keep(party: Party, use: (line: Line) => Promise<void>): AriLine {
    const line = new AriLine(party, this.#commands, this.#timeouts, this.#log);
    this.#lines.set(line.id, line);
    this.#served.set(line.id, this.#serve(line, use));
    return line;
  }

  async #serve(line: AriLine, use: (line: Line) => Promise<void>): Promise<void> {
    try {
      if (this.#closing) await line.refuse('congestion');
      else await use(line);
    } catch (err) {
      this.#log.error({ call: line.id, err }, 'a call failed');
    }
    const over = await line.end();
    if (!over) this.#log.warn({ call: line.id }, 'Asterisk did not confirm the end of a call');
    this.#lines.delete(line.id);
    this.#served.delete(line.id);
    if (!over) this.#unconfirmed();
  }

  async #hangUp(channelId: string): Promise<void> {
    try {
      await this.#commands.hangUp(channelId, 'normal');
    } catch (error) {
      if (statusOf(error) !== 404) this.#unconfirmed();
    }
  }

  /** Set by the exchange: brings about an `agree` soon. */
  onUnconfirmed(listener: () => void): void {
    this.#unconfirmed = listener;
  }
  #unconfirmed: () => void = () => undefined;
}

/** Waits for all of it, and no longer than so many milliseconds. None of it rejects. */
async function settledWithin(ms: number, work: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.all(work), late]);
  clearTimeout(timer);
}

/** A line that we dialled belongs to whoever asked for it, until it has ended. */
function ended(line: Line): Promise<void> {
  return new Promise((resolve) => {
    line.ended.addEventListener('abort', () => resolve(), { once: true });
  });
}
