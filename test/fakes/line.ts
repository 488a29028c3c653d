import type { Attestation } from '../../src/domain/user.ts';
import type { Digit, Line, PlaybackEnd, Playing, RefusalTone, Sound } from '../../src/ivr/line.ts';

/** What the caller does when a prompt begins; `heard` counts how often it has been begun. */
export type CallerScript = (prompt: string, caller: ScriptedLine, heard: number) => void;

/**
 * A telephone line in memory with a caller who follows a script. Sounds last as
 * long as they say, by setTimeout, so tests run it under fake timers.
 */
export class ScriptedLine implements Line {
  readonly id = 'scripted-1';
  readonly dialled: string = '5550100';
  readonly attestation: Attestation | null = null;
  readonly callerNumber: string | null;
  /** Every prompt that began, in order. */
  readonly said: string[] = [];
  /** Prompts that were not heard to their end. */
  readonly cutShort: string[] = [];
  answered = false;
  /** With what tone the call was turned away, if it was. */
  refused: RefusalTone | undefined;
  /** Sounds whose playing fails, by path. */
  readonly broken = new Set<string>();
  readonly #ended = new AbortController();
  readonly #script: CallerScript;
  readonly #early: Digit[] = [];
  readonly #playing = new Set<(end: PlaybackEnd) => void>();
  #listener: ((digit: Digit) => void) | undefined;

  constructor(script: CallerScript = () => undefined, callerNumber: string | null = '5550123') {
    this.#script = script;
    this.callerNumber = callerNumber;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async answer(): Promise<void> {
    this.answered = true;
  }

  async refuse(tone: RefusalTone): Promise<void> {
    this.refused = tone;
    await this.hangUp();
  }

  play(sound: Sound): Playing {
    const [name = ''] = sound.paths;
    this.said.push(name);
    const { promise, resolve } = withResolvers<PlaybackEnd>();
    const settle = (end: PlaybackEnd): void => {
      clearTimeout(timeout);
      if (!this.#playing.delete(settle)) return;
      if (end === 'stopped') this.cutShort.push(name);
      resolve(end);
    };
    const timeout = setTimeout(() => settle('played'), sound.length * 1000);
    this.#playing.add(settle);
    if (this.ended.aborted) settle('stopped');
    else if (this.broken.has(name)) settle('failed');
    else {
      const heard = this.said.filter((path) => path === name).length;
      queueMicrotask(() => this.#script(name, this, heard));
    }
    return { finished: promise, stop: () => settle('stopped') };
  }

  onDigit(listener: (digit: Digit) => void): void {
    this.#listener = listener;
    for (const digit of this.#early.splice(0)) listener(digit);
  }

  /** The caller keys these, at once. */
  key(keys: string): void {
    for (const digit of keys) {
      if (this.#listener) this.#listener(digit as Digit);
      else this.#early.push(digit as Digit);
    }
  }

  async hangUp(): Promise<void> {
    this.#ended.abort();
    for (const settle of this.#playing) settle('stopped');
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}
