import type { CallLog } from '../access/call-log.ts';
import { AccessError } from '../domain/access-error.ts';
import type { CallRecord } from '../domain/attempt.ts';
import type { Seconds, Timer } from '../domain/time.ts';
import { createCall, HungUp, Leaving, type Call, type CallTimes, type Transcript } from './call.ts';
import type { Line } from './line.ts';
import type { Language, Speech } from './prompts.ts';
import { nothingYet, type Progress } from './visit.ts';

export interface ConversationParts {
  readonly log: CallLog;
  readonly speech: Speech;
  readonly timer: Timer;
  readonly times?: CallTimes | undefined;
  /** After this the call is ended by us, whatever it is doing. */
  readonly longestCall: Seconds;
  /** Aborted when we stop: callers are told, and asked nothing more. */
  readonly leaving?: AbortSignal | undefined;
  readonly transcript: (callId: number, line: Line) => Transcript;
  /** Told of faults that no caller can mend. */
  readonly fault: (error: unknown, line: Line, callId: number | undefined) => void;
}

export interface Conversation {
  /** Never rejects; resolves once the line is hung up and the end is on record. */
  hold(
    begin: () => Promise<CallRecord>,
    talk: (call: Call, record: CallRecord, progress: Progress) => Promise<void>,
  ): Promise<Progress>;
}

/** A line with somebody listening on it. */
export function prepare(line: Line, language: Language, parts: ConversationParts): Conversation {
  let transcript: Transcript | undefined;
  const call = createCall({
    ...parts,
    line,
    language,
    transcript: {
      prompt: (...said) => transcript?.prompt(...said),
      keys: (...keyed) => transcript?.keys(...keyed),
      noAnswer: (...why) => transcript?.noAnswer(...why),
    },
  });
  return {
    async hold(begin, talk) {
      const limit = parts.timer(parts.longestCall, () => void line.hangUp());
      const progress = nothingYet();
      let callId: number | undefined;
      try {
        const record = await begin();
        callId = record.id;
        transcript = parts.transcript(callId, line);
        await talk(call, record, progress);
      } catch (error) {
        if (error instanceof Leaving) {
          const { outcome } = progress;
          if (outcome === 'abandoned') progress.outcome = 'interrupted';
          const prompt = outcome === 'opened' ? 'goodbye' : 'unavailable';
          await sayAtLast(prompt, parts.speech, line, language, transcript);
        } else if (!(error instanceof HungUp)) {
          parts.fault(error, line, callId);
          // once it is open, that is what the caller shall remember
          if (progress.outcome !== 'opened') {
            progress.outcome = 'failed';
            if (!isSpeechFault(error))
              await sayAtLast('unavailable', parts.speech, line, language, transcript);
          }
        }
      } finally {
        limit.cancel();
        await line.hangUp();
        if (callId !== undefined) {
          const { outcome, userId } = progress;
          await parts.log.ended(callId, outcome, userId).catch((error: unknown) => {
            parts.fault(error, line, callId);
          });
        }
      }
      return progress;
    },
  };
}

const isSpeechFault = (error: unknown): boolean =>
  error instanceof AccessError && error.code === 'speech-failed';

/** The last that the caller hears, if that can still be said. */
async function sayAtLast(
  prompt: 'goodbye' | 'unavailable',
  speech: Speech,
  line: Line,
  language: Language,
  transcript: Transcript | undefined,
): Promise<void> {
  if (line.ended.aborted) return;
  try {
    const { sound, words } = await speech.render({ name: prompt }, language);
    transcript?.prompt(prompt, words);
    await line.play(sound).finished;
  } catch {
    // nothing more can be said; the fault itself is reported already
  }
}
