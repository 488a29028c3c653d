import { randomUUID } from 'node:crypto';
import { AccessError } from '../domain/access-error.ts';
import type { Digit, Line, Playing, PlaybackEnd, Sound } from '../ivr/line.ts';
import { statusOf } from './ari.ts';
import {
  callerNumberOf,
  digitOf,
  instantOf,
  type ChannelFields,
  type DigitEvent,
  type PlaybackEvent,
} from './ari-events.ts';
import { isEcho, type KeyEnd } from './dedouble.ts';
import type { Log, Timeouts } from './exchange-options.ts';

/** The commands that a line gives. Each settles in bounded time. */
export interface ChannelCommands {
  answer(channelId: string): Promise<void>;
  hangUp(channelId: string): Promise<void>;
  play(channelId: string, playbackId: string, path: string): Promise<void>;
  stopPlayback(playbackId: string): Promise<void>;
}

/** One channel in our Stasis application. Complete, and ready for digits, once constructed. */
export class AriLine implements Line {
  readonly id: string;
  readonly callerNumber: string | null;
  readonly dialled: string;
  readonly #commands: ChannelCommands;
  readonly #margin: number;
  readonly #log: Log;
  readonly #ended = new AbortController();
  readonly #playing = new Map<string, (end: PlaybackEnd) => void>();
  readonly #early: Digit[] = [];
  #lastKey: KeyEnd | undefined;
  #listener: ((digit: Digit) => void) | undefined;
  #left = false;
  #hangingUp: Promise<boolean> | undefined;

  constructor(
    channel: ChannelFields,
    commands: ChannelCommands,
    timeouts: Pick<Timeouts, 'playMargin'>,
    log: Log,
  ) {
    this.id = channel.id;
    this.callerNumber = callerNumberOf(channel);
    this.dialled = channel.dialplan?.exten ?? '';
    this.#commands = commands;
    this.#margin = timeouts.playMargin;
    this.#log = log;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async answer(): Promise<void> {
    try {
      await this.#commands.answer(this.id);
    } catch (cause) {
      throw new AccessError(
        'internal',
        'Asterisk did not answer the call for us; see its log and whether it is overloaded.',
        { cause },
      );
    }
  }

  play(sound: Sound): Playing {
    if (this.ended.aborted) return { finished: Promise.resolve('stopped'), stop: () => undefined };
    // an id of our own: its end may be reported before the command is answered
    const playbackId = randomUUID();
    let finish: (end: PlaybackEnd) => void = () => undefined;
    const finished = new Promise<PlaybackEnd>((resolve) => {
      finish = (end) => {
        clearTimeout(overdue);
        this.#playing.delete(playbackId);
        resolve(end);
      };
    });
    this.#playing.set(playbackId, finish);

    const begun = this.#commands.play(this.id, playbackId, sound.path);
    begun.catch((error: unknown) => {
      if (!this.ended.aborted) this.#log.warn({ call: this.id, err: error }, 'cannot play a sound');
      finish(this.ended.aborted ? 'stopped' : 'failed');
    });
    // not before the playback exists: a stop that overtakes it would be lost
    const silence = (): void =>
      void begun
        .then(() => this.#commands.stopPlayback(playbackId))
        // 404: it has ended in the meantime
        .catch(() => undefined);

    const overdue = setTimeout(
      () => {
        this.#log.warn({ call: this.id, sound: sound.path }, 'a sound did not end in time');
        finish('failed');
        silence();
      },
      sound.length * 1000 + this.#margin,
    );

    return {
      finished,
      stop: () => {
        if (!this.#playing.has(playbackId)) return;
        finish('stopped');
        silence();
      },
    };
  }

  onDigit(listener: (digit: Digit) => void): void {
    this.#listener = listener;
    for (const digit of this.#early.splice(0)) listener(digit);
  }

  async hangUp(): Promise<void> {
    await this.end();
  }

  /** As `hangUp`; false when Asterisk may still have the channel. Asks Asterisk once. */
  end(): Promise<boolean> {
    this.#end();
    this.#hangingUp ??= this.#left
      ? Promise.resolve(true)
      : this.#commands.hangUp(this.id).then(
          () => true,
          (error: unknown) => statusOf(error) === 404,
        );
    return this.#hangingUp;
  }

  keyed(event: DigitEvent): void {
    const digit = digitOf(event);
    if (digit === undefined) return;
    const key = { digit, at: instantOf(event), duration: event.duration_ms };
    if (isEcho(this.#lastKey, key)) return;
    this.#lastKey = key;
    if (this.#listener) this.#listener(digit);
    else this.#early.push(digit);
  }

  playbackFinished({ playback }: PlaybackEvent): void {
    this.#playing.get(playback.id)?.(playback.state === 'done' ? 'played' : 'failed');
  }

  /** The caller has hung up; the channel may linger for a moment. */
  hungUp(): void {
    this.#end();
  }

  /** The channel is no longer ours, or no longer there. */
  gone(): void {
    this.#left = true;
    this.#end();
  }

  #end(): void {
    this.#ended.abort();
    for (const finish of [...this.#playing.values()]) finish('stopped');
  }
}
