import { Worker } from 'node:worker_threads';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import type { Utterance } from './utterance.ts';

/** What is said to the thread, and what it answers. */
export interface ToSpeak {
  readonly id: number;
  readonly utterance: Utterance;
}
export type Spoken =
  | { readonly id: number; readonly sound: Uint8Array }
  | { readonly id: number; readonly failure: string };

interface Waiting {
  readonly resolve: (sound: Buffer) => void;
  readonly reject: (error: AccessError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The programs have limits of their own, 10 s together, and others may be before. */
const patience: Seconds = 30;

/**
 * Speaks on a thread of its own. Starting a program stops the thread that starts it
 * until the kernel has made the new process, some ten milliseconds on a busy machine:
 * on the main thread all calls would wait for the sentences of each.
 * A thread that dies is replaced at the next sentence.
 */
export function speakOnThread(
  program = new URL('speaker.js', import.meta.url),
): (utterance: Utterance) => Promise<Buffer> {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let thread: Worker | undefined;

  function settle(id: number, tell: (waiting: Waiting) => void): void {
    const one = waiting.get(id);
    if (!one) return;
    clearTimeout(one.timer);
    waiting.delete(id);
    tell(one);
    // nothing is being said: the thread alone keeps no process alive
    if (waiting.size === 0) thread?.unref();
  }

  function begin(): Worker {
    const begun = new Worker(program);
    let why = 'it ended';
    begun.on('message', (spoken: Spoken) => {
      settle(spoken.id, ({ resolve, reject }) => {
        if ('sound' in spoken) resolve(Buffer.from(spoken.sound));
        else reject(new AccessError('speech-failed', spoken.failure));
      });
    });
    begun.on('error', (error) => (why = error.message));
    begun.on('exit', () => {
      if (thread === begun) thread = undefined;
      for (const id of waiting.keys()) {
        settle(id, ({ reject }) =>
          reject(new AccessError('speech-failed', `The thread that speaks has gone: ${why}.`)),
        );
      }
    });
    return begun;
  }

  return (utterance) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const timer = setTimeout(() => {
        // whatever it hangs in, the next sentence finds a new one
        void thread?.terminate();
      }, patience * 1000);
      waiting.set(id, { resolve, reject, timer });
      thread ??= begin();
      thread.ref();
      thread.postMessage({ id, utterance } satisfies ToSpeak);
    });
}
