import { AccessError } from '../domain/access-error.ts';
import type { Attestation } from '../domain/user.ts';
import type { Digit, Line, Playing, RefusalTone, Sound } from '../ivr/line.ts';
import { statusOf, type HangUpReason } from './ari.ts';
import { digitOf, instantOf, type DigitEvent, type Party } from './ari-events.ts';
import { isEcho, type KeyEnd } from './dedouble.ts';
import type { Log, Timeouts } from './exchange-options.ts';
import { Playbacks, type PlaybackCommands } from './playbacks.ts';

/** The commands that a line gives. Each settles in bounded time. */
export interface ChannelCommands extends PlaybackCommands {
  answer(channelId: string): Promise<void>;
  hangUp(channelId: string, reason: HangUpReason): Promise<void>;
}

/** There is no such channel; or it has left Stasis ("Channels", Asterisk REST Interface). */
const noneOfOurs: ReadonlySet<number | undefined> = new Set([404, 409]);

/** One channel in our Stasis application. Complete, and ready for digits, once constructed. */
export class AriLine implements Line {
  readonly id: string;
  readonly callerNumber: string | null;
  readonly dialled: string;
  readonly attestation: Attestation | null;
  readonly playbacks: Playbacks;
  readonly #commands: ChannelCommands;
  readonly #ended = new AbortController();
  readonly #early: Digit[] = [];
  #lastKey: KeyEnd | undefined;
  #listener: ((digit: Digit) => void) | undefined;
  #left = false;
  #hangingUp: Promise<boolean> | undefined;

  constructor(
    party: Party,
    commands: ChannelCommands,
    timeouts: Pick<Timeouts, 'playMargin'>,
    log: Log,
  ) {
    this.id = party.id;
    this.callerNumber = party.callerNumber;
    this.dialled = party.dialled;
    this.attestation = party.attestation;
    this.#commands = commands;
    const play: PlaybackCommands['play'] = (...sound) => this.#whileHere(commands.play(...sound));
    this.playbacks = new Playbacks(party.id, { ...commands, play }, timeouts.playMargin, log);
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async answer(): Promise<void> {
    try {
      await this.#whileHere(this.#commands.answer(this.id));
    } catch (cause) {
      throw new AccessError(
        'internal',
        'Asterisk did not answer the call for us; see its log and whether it is overloaded.',
        { cause },
      );
    }
  }

  async refuse(tone: RefusalTone): Promise<void> {
    await this.end(tone);
  }

  play(sound: Sound): Playing {
    if (this.ended.aborted) return { finished: Promise.resolve('stopped'), stop: () => undefined };
    return this.playbacks.begin(sound);
  }

  onDigit(listener: (digit: Digit) => void): void {
    this.#listener = listener;
    for (const digit of this.#early.splice(0)) listener(digit);
  }

  async hangUp(): Promise<void> {
    await this.end();
  }

  /** As `hangUp`; false when Asterisk may still have the channel. Asks Asterisk once. */
  end(reason: HangUpReason = 'normal'): Promise<boolean> {
    this.#end();
    this.#hangingUp ??= this.#left
      ? Promise.resolve(true)
      : this.#commands.hangUp(this.id, reason).then(
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

  /** The caller has hung up; the channel may linger for a moment. */
  hungUp(): void {
    this.#end();
  }

  /** The channel is no longer ours, or no longer there. */
  gone(): void {
    this.#left = true;
    this.#end();
  }

  /** The refusal of a command may come before the news that the channel has gone. */
  async #whileHere(command: Promise<void>): Promise<void> {
    try {
      await command;
    } catch (error) {
      if (noneOfOurs.has(statusOf(error))) this.gone();
      throw error;
    }
  }

  #end(): void {
    this.#ended.abort();
    this.playbacks.end();
  }
}
