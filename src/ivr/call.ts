import { AccessError } from '../domain/access-error.ts';
import type { Seconds, Timer } from '../domain/time.ts';
import type { Digit, Line, Playing } from './line.ts';
import type { FixedPrompt, Prompt, Speech } from './prompts.ts';
import { shown, type Question, type Reading } from './questions.ts';

/** The caller has hung up. Thrown by every verb of a call, caught once around it. */
export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/** The caller was asked three times and gave no answer that could be used. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface CallTimes {
  /** How long the first key may take once the prompt has ended. */
  readonly firstKey: Seconds;
  /** How long each further key may take. */
  readonly nextKey: Seconds;
}

export const usualTimes: CallTimes = { firstKey: 8, nextKey: 5 };

/** What happens in a call, for the log and the screen; secret keys are masked already. */
export interface Transcript {
  prompt(name: string, words: string): void;
  keys(question: string, keys: string): void;
  noAnswer(question: string, why: 'no-input' | 'no-match'): void;
}

/** The call as the flow sees it. Every verb throws HungUp once nothing more can be heard. */
export interface Call {
  /** Speaks; a key cuts it short, and it is skipped where keys are waiting already (type-ahead). */
  play(prompt: Prompt): Promise<void>;
  /**
   * Speaks what must be heard, to its end. Keys from before its end are dropped:
   * they answered a question that the caller did not know had changed.
   */
  tell(...prompts: readonly Prompt[]): Promise<void>;
  /** Asks until the answer can be read; NoAnswer after three prompts in vain. */
  ask<T>(question: Question<T>): Promise<T>;
  hangUp(): Promise<void>;
}

const mostAskings = 3;

export interface CallParts {
  readonly line: Line;
  readonly speech: Speech;
  readonly timer: Timer;
  readonly transcript: Transcript;
  readonly times?: CallTimes;
}

/** Listens from the moment it is made: a digit that comes at once is not lost. */
export function createCall({
  line,
  speech,
  timer,
  transcript,
  times = usualTimes,
}: CallParts): Call {
  const keys: Digit[] = [];
  let swallow: Digit | undefined;
  let interruptible: Playing | undefined;
  let wake: (() => void) | undefined;

  line.onDigit((digit) => {
    const habit = digit === swallow;
    swallow = undefined;
    if (habit) return;
    keys.push(digit);
    interruptible?.stop();
    wake?.();
  });

  function stillThere(): void {
    if (line.ended.aborted) throw new HungUp();
  }

  /** Waits for a key, the time to run out, or the end of the call. */
  async function keyOrTimeout(seconds: Seconds): Promise<void> {
    if (keys.length > 0 || line.ended.aborted) return;
    await new Promise<void>((resolve) => {
      const alarm = timer(seconds, resolve);
      const done = (): void => resolve();
      line.ended.addEventListener('abort', done, { once: true });
      wake = () => {
        alarm.cancel();
        line.ended.removeEventListener('abort', done);
        resolve();
      };
    });
    wake?.();
    wake = undefined;
  }

  async function start(prompt: Prompt): Promise<Playing> {
    const { sound, words } = await speech.render(prompt);
    stillThere();
    transcript.prompt(prompt.name, words);
    return line.play(sound);
  }

  /** What was not said must not be taken as heard: a read-back least of all. */
  async function heard(playing: Playing): Promise<void> {
    if ((await playing.finished) !== 'failed' || line.ended.aborted) return;
    throw new AccessError('speech-failed', 'The exchange could not play a sound.');
  }

  async function play(prompt: Prompt): Promise<void> {
    if (keys.length > 0) return;
    stillThere();
    const playing = await start(prompt);
    // a key may have come while the prompt was being rendered
    if (keys.length > 0) playing.stop();
    interruptible = playing;
    await heard(playing);
    interruptible = undefined;
    if (keys.length === 0) stillThere();
  }

  async function tell(...prompts: readonly Prompt[]): Promise<void> {
    for (const prompt of prompts) {
      stillThere();
      await (
        await start(prompt)
      ).finished;
    }
    stillThere();
    keys.length = 0;
    swallow = undefined;
  }

  /** Takes the keys of one answer; those that follow it stay for the next question. */
  async function take<T>(question: Question<T>): Promise<Reading<T> | 'no-input'> {
    let taken = '';
    let seconds = times.firstKey;
    for (;;) {
      await keyOrTimeout(seconds);
      const key = keys.shift();
      if (key === undefined) {
        // keys that came before the caller hung up still count, silence does not
        stillThere();
        if (taken === '') return 'no-input';
        const reading = question.read(taken);
        const answered = reading.kind === 'incomplete' && reading.soFar !== undefined;
        transcript.keys(question.name, shown(question, taken, answered));
        return answered ? { kind: 'complete', value: reading.soFar as T } : { kind: 'invalid' };
      }
      taken += key;
      seconds = times.nextKey;
      const reading = question.read(taken);
      if (reading.kind === 'incomplete') continue;
      transcript.keys(question.name, shown(question, taken, reading.kind === 'complete'));
      return reading;
    }
  }

  function swallowNext(digit: Digit): void {
    if (keys[0] === digit) keys.shift();
    else if (keys.length === 0) swallow = digit;
  }

  async function ask<T>(question: Question<T>): Promise<T> {
    for (let asked = 1; ; asked++) {
      await play(question.prompt);
      const reading = await take(question);
      if (reading !== 'no-input' && reading.kind === 'complete') {
        if (reading.swallow) swallowNext(reading.swallow);
        return reading.value;
      }
      const why = reading === 'no-input' ? 'no-input' : 'no-match';
      transcript.noAnswer(question.name, why);
      if (asked === mostAskings) throw new NoAnswer(question.name);
      const complaint: FixedPrompt = why === 'no-input' ? 'no-input' : question.noMatch;
      // silence leaves nothing behind to be dropped, and may be broken while we speak
      await (why === 'no-input' ? play({ name: complaint }) : tell({ name: complaint }));
    }
  }

  return { play, tell, ask, hangUp: () => line.hangUp() };
}
