/** The thread of speaking-thread.ts: makes the sound of what it is sent, several at once. */
import { parentPort } from 'node:worker_threads';
import { speakAloud } from './espeak.ts';
import type { Spoken, ToSpeak } from './speaking-thread.ts';

const answer = (spoken: Spoken): void => parentPort?.postMessage(spoken);

parentPort?.on('message', ({ id, utterance }: ToSpeak) => {
  speakAloud(utterance).then(
    (sound) => answer({ id, sound }),
    (error: unknown) => answer({ id, failure: (error as Error).message }),
  );
});
