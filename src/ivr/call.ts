import { AccessError } from '../domain/access-error.ts';
import type { Seconds, Timer } from '../domain/time.ts';
import { createKeypad } from './keypad.ts';
import type { Line, Playing } from './line.ts';
import type { Language, Prompt, Speech } from './prompts.ts';
import { shown, type Question, type Reading } from './question.ts';

/** The caller has hung up. Thrown by every verb of a call, caught once around it. */
export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/** We are stopping: nothing more is asked. Thrown by `ask` alone, so that what is being told is heard. */
export class Leaving extends Error {
  override readonly name = 'Leaving';
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

/** Two # within this of each other are ##. Two presses of one key take a person 0.15 to 0.4 s. */
const secondHash: Seconds = 0.5;

/**
 * So long a question that nobody could know of is heard before its keys count. The keys of a
 * dial string are closer together than this, and nobody who listens has understood it sooner.
 */
const understood: Seconds = 1;

/** What happens in a call, for the log and the screen; secret keys are masked already. */
export interface Transcript {
  prompt(name: string, words: string): void;
  keys(question: string, keys: string): void;
  noAnswer(question: string, why: 'no-input' | 'no-match'): void;
}

/** The call as the flow sees it. Every verb throws HungUp once nothing more can be heard. */
export interface Call {
  /** Speaks; a key cuts it short, and it is skipped where keys are waiting already (type-ahead). */
  play(prompt: Prompt, language?: Language): Promise<void>;
  /**
   * Speaks what must be heard, to its end. Keys from before its end are dropped:
   * they answered a question that the caller did not know had changed.
   */
  tell(...prompts: readonly Prompt[]): Promise<void>;
  /**
   * Asks until the answer can be read; NoAnswer after three prompts in vain. News that
   * comes before a key of the answer ends the asking, and is what it resolves to. Throws Leaving
   * when we stop before the answer is keyed.
   */
  ask<T, N = never>(question: Question<T>, news?: Promise<N>): Promise<T | N>;
  /** From here on the call is in this language. */
  speak(language: Language): void;
  hangUp(): Promise<void>;
}

const mostAskings = 3;
/** Whoever starts an entry again more often than this only holds the line. */
const mostStartsAgain = 5;

export interface CallParts {
  readonly line: Line;
  readonly speech: Speech;
  readonly language: Language;
  readonly timer: Timer;
  readonly transcript: Transcript;
  readonly times?: CallTimes | undefined;
  /** Aborted when we stop. */
  readonly leaving?: AbortSignal | undefined;
}

/** Listens from the moment it is made: a digit that comes at once is not lost. */
export function createCall(parts: CallParts): Call {
  const { line, speech, timer, transcript, times = usualTimes } = parts;
  let language = parts.language;
  let interruptible: Playing | undefined;
  // last of these: keys that came earlier are pressed here and now
  const keypad = createKeypad(line, timer, () => interruptible?.stop());
  /** Whether an answer has been begun: nothing but a key, or silence, ends it. */
  let answering = false;
  const { leaving } = parts;
  let asking = false;
  leaving?.addEventListener(
    'abort',
    () => {
      if (!asking) return;
      interruptible?.stop();
      keypad.wake();
    },
    { once: true, signal: line.ended },
  );

  /** Keys that came before still count. */
  function stillAsking(): void {
    stillThere();
    if (leaving?.aborted && !keypad.waiting) throw new Leaving();
  }

  function stillThere(): void {
    if (line.ended.aborted) throw new HungUp();
  }

  async function start(prompt: Prompt, spokenIn: Language, afresh = false): Promise<Playing> {
    const { sound, words } = await speech.render(prompt, spokenIn);
    stillThere();
    transcript.prompt(prompt.name, words);
    if (afresh) keypad.dropUntilQuiet(understood);
    return line.play(sound);
  }

  /** What was not said must not be taken as heard: a read-back least of all. */
  async function heard(playing: Playing): Promise<void> {
    if ((await playing.finished) !== 'failed' || line.ended.aborted) return;
    throw new AccessError('speech-failed', 'The exchange could not play a sound.');
  }

  /** Plays unless and until there is a reason not to: keys that wait, or news. */
  async function playUnless(
    needless: () => boolean,
    prompt: Prompt,
    spokenIn: Language,
  ): Promise<void> {
    if (needless()) return;
    stillThere();
    const playing = await start(prompt, spokenIn);
    // the reason may have come while the prompt was being rendered
    if (needless()) playing.stop();
    interruptible = playing;
    await heard(playing);
    interruptible = undefined;
    if (!needless()) stillThere();
  }

  /** Keys count once the prompt has been heard for a moment: what came before answered something else. */
  async function playAfresh(prompt: Prompt): Promise<void> {
    stillAsking();
    const playing = await start(prompt, language, true);
    if (leaving?.aborted) playing.stop();
    interruptible = playing;
    await heard(playing).finally(() => keypad.listen());
    interruptible = undefined;
    if (!keypad.waiting) stillThere();
  }

  const play = (prompt: Prompt, spokenIn: Language = language): Promise<void> =>
    playUnless(() => keypad.waiting, prompt, spokenIn);

  async function tell(...prompts: readonly Prompt[]): Promise<void> {
    for (const prompt of prompts) {
      stillThere();
      await (
        await start(prompt, language)
      ).finished;
    }
    stillThere();
    keypad.drop();
  }

  /** Whether the # that ended an entry is the first of two. */
  async function startsAgain(): Promise<boolean> {
    await keypad.wait(secondHash);
    return keypad.takeIf('#');
  }

  /** Takes the keys of one answer; those that follow it stay for the next question. */
  async function take<T>(
    question: Question<T>,
    unwanted: () => boolean,
  ): Promise<Reading<T> | 'no-input' | 'start-again'> {
    let taken = '';
    let seconds = question.patience ?? times.firstKey;
    for (;;) {
      if (!leaving?.aborted && (taken !== '' || !unwanted())) await keypad.wait(seconds);
      const key = keypad.take();
      if (key === undefined) {
        // keys that came before the caller hung up still count, silence does not
        stillAsking();
        if (taken === '') return 'no-input';
        const reading = question.read(taken);
        const answered = reading.kind === 'incomplete' && reading.soFar !== undefined;
        transcript.keys(
          question.name,
          shown(question, taken, answered ? reading.soFar : undefined),
        );
        // a # that comes too late is no answer to the next question
        return answered
          ? { kind: 'complete', value: reading.soFar as T, swallow: '#' }
          : { kind: 'invalid' };
      }
      answering = true;
      taken += key;
      seconds = times.nextKey;
      const reading = question.read(taken);
      if (reading.kind === 'incomplete') continue;
      const again = question.endsWithHash && key === '#' && (await startsAgain());
      const value = !again && reading.kind === 'complete' ? reading.value : undefined;
      transcript.keys(question.name, shown(question, taken, value));
      return again ? 'start-again' : reading;
    }
  }

  async function askUnless<T, N>(question: Question<T>, latest: () => News<N>): Promise<T | N> {
    const needless = (): boolean =>
      keypad.waiting || latest() !== undefined || leaving?.aborted === true;
    let asked = 1;
    let startedAgain = 0;
    let unheard = question.unforeseen;
    for (;;) {
      if (unheard) await playAfresh(question.prompt);
      else await playUnless(needless, question.prompt, language);
      const reading = await take(question, needless);
      answering = false;
      if (reading === 'start-again') {
        if (++startedAgain > mostStartsAgain) throw new NoAnswer(question.name);
        await play({ name: 'start-again' });
        continue;
      }
      if (reading !== 'no-input' && reading.kind === 'complete') {
        if (reading.swallow) keypad.ignoreNext(reading.swallow);
        return reading.value;
      }
      const interruption = latest();
      if (reading === 'no-input' && interruption) return interruption.news;
      const why = reading === 'no-input' ? 'no-input' : 'no-match';
      transcript.noAnswer(question.name, why);
      if (asked++ === (question.mostAskings ?? mostAskings)) throw new NoAnswer(question.name);
      // silence leaves nothing behind to be dropped, and may be broken while we speak
      unheard = why === 'no-match' && question.unforeseen;
      if (why === 'no-match') await tell({ name: question.noMatch });
      else await playUnless(needless, { name: question.noInput ?? 'no-input' }, language);
    }
  }

  async function ask<T, N>(question: Question<T>, news?: Promise<N>): Promise<T | N> {
    let latest: News<N>;
    let over = false;
    void news?.then((value) => {
      latest = { news: value };
      if (over || answering || keypad.waiting) return;
      interruptible?.stop();
      keypad.wake();
    });
    await Promise.resolve(); // news that is there already comes before the prompt
    stillAsking();
    asking = true;
    try {
      return await askUnless(question, () => latest);
    } finally {
      over = true;
      asking = false;
    }
  }

  return {
    play,
    tell,
    ask,
    speak: (chosen) => void (language = chosen),
    hangUp: () => line.hangUp(),
  };
}

type News<N> = { readonly news: N } | undefined;
