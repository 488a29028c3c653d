import { randomUUID } from 'node:crypto';
import type { Instant } from '../domain/time.ts';
import type { PlaybackEnd, Playing, Sound } from '../ivr/line.ts';
import { instantOf, type PlaybackEvent } from './ari-events.ts';
import type { Log } from './exchange-options.ts';

/** Each settles in bounded time. */
export interface PlaybackCommands {
  play(channelId: string, playbackId: string, paths: readonly string[]): Promise<void>;
  stopPlayback(playbackId: string): Promise<void>;
}

interface Begun {
  /** Of the file that is being played. */
  startedAt: Instant | undefined;
  finish(end: PlaybackEnd): void;
  /** Stops what can still be heard of it. */
  silence(): void;
}

/**
 * A file that ends sooner after its start, in ms, was not there: no sound is that
 * short, and Asterisk goes over a missing file in 1 ms.
 */
const shortest = 10;

/** The sounds that are being played to one channel. */
export class Playbacks {
  readonly #channelId: string;
  readonly #commands: PlaybackCommands;
  /** By how much a sound may outlast its length, in ms. */
  readonly #margin: number;
  readonly #log: Log;
  readonly #begun = new Map<string, Begun>();

  constructor(channelId: string, commands: PlaybackCommands, margin: number, log: Log) {
    this.#channelId = channelId;
    this.#commands = commands;
    this.#margin = margin;
    this.#log = log;
  }

  begin(sound: Sound): Playing {
    // an id of our own: its end may be reported before the command is answered
    const id = randomUUID();
    const { promise: finished, resolve } = withResolvers<PlaybackEnd>();
    const asked = this.#commands.play(this.#channelId, id, sound.paths);
    const finish = (end: PlaybackEnd): void => {
      clearTimeout(overdue);
      this.#begun.delete(id);
      resolve(end);
    };
    // not before the playback exists: a stop that overtakes it would be lost
    const silence = (): void =>
      void asked
        .then(() => this.#commands.stopPlayback(id))
        // 404: it has ended in the meantime
        .catch(() => undefined);

    const details = { call: this.#channelId, sounds: sound.paths };
    asked.catch((err: unknown) => {
      if (!this.#begun.has(id)) return;
      this.#log.warn({ ...details, err }, 'cannot play a sound');
      finish('failed');
    });
    const overdue = setTimeout(
      () => {
        this.#log.warn(details, 'a sound did not end in time');
        finish('failed');
        silence();
      },
      sound.length * 1000 + this.#margin,
    );
    this.#begun.set(id, { startedAt: undefined, finish, silence });

    return {
      finished,
      stop: () => {
        if (!this.#begun.has(id)) return;
        finish('stopped');
        silence();
      },
    };
  }

  /** A file begins. */
  started(event: PlaybackEvent): void {
    const begun = this.#begun.get(event.playback.id);
    if (begun) begun.startedAt = instantOf(event);
  }

  /**
   * A file but the last has ended. Asterisk plays the others when one is missing
   * and calls the whole done; but an address with a number missing is another one.
   */
  continuing(event: PlaybackEvent): void {
    const begun = this.#begun.get(event.playback.id);
    if (begun?.startedAt === undefined || instantOf(event) - begun.startedAt >= shortest) return;
    const file = event.playback.media_uri;
    this.#log.warn({ call: this.#channelId, file }, 'a sound is missing a part');
    begun.finish('failed');
    begun.silence();
  }

  finished({ playback }: PlaybackEvent): void {
    this.#begun.get(playback.id)?.finish(playback.state === 'done' ? 'played' : 'failed');
  }

  /** The call has ended: none is heard any more. */
  end(): void {
    for (const { finish } of [...this.#begun.values()]) finish('stopped');
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
