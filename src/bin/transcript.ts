import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Transcript } from '../ivr/call.ts';
import type { Line } from '../ivr/line.ts';

/** What is said and keyed, as log lines; `at` has microseconds, for measuring. */
export function loggedTranscript(log: Logger, callId: number, line: Line): Transcript {
  const at = (): number => performance.timeOrigin + performance.now();
  log.info({ event: 'call', callId, channel: line.id, caller: line.callerNumber }, 'call');
  return {
    prompt: (prompt, words) => log.info({ event: 'prompt', callId, prompt, words }, 'said'),
    keys: (question, keys) =>
      log.info({ event: 'keys', callId, question, keys, at: at() }, 'keyed'),
    noAnswer: (question, why) => log.info({ event: 'no-answer', callId, question, why }, why),
  };
}
