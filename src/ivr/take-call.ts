import { AccessError } from '../domain/access-error.ts';
import type { Seconds, Timer } from '../domain/time.ts';
import { createCall, HungUp, type CallTimes, type Transcript } from './call.ts';
import { knockCall, type KnockParts, type Progress } from './knock-call.ts';
import type { Line } from './line.ts';
import type { Speech } from './prompts.ts';

export interface TakeCallParts extends KnockParts {
  readonly speech: Speech;
  readonly timer: Timer;
  readonly times?: CallTimes;
  /** After this the call is ended by us, whatever it is doing. */
  readonly longestCall: Seconds;
  readonly transcript: (callId: number, line: Line) => Transcript;
  /** Told of faults that no caller can mend. */
  readonly fault: (error: unknown, line: Line, callId: number | undefined) => void;
}

/**
 * One call from the first ring to its place on record. Never rejects: whatever
 * goes wrong, the line is hung up and the record says how the call ended.
 */
export async function takeCall(line: Line, parts: TakeCallParts): Promise<void> {
  let transcript: Transcript | undefined;
  // made before the first await, so that the first digit finds somebody listening
  const call = createCall({
    ...parts,
    line,
    transcript: {
      prompt: (...said) => transcript?.prompt(...said),
      keys: (...keyed) => transcript?.keys(...keyed),
      noAnswer: (...why) => transcript?.noAnswer(...why),
    },
  });
  const limit = parts.timer(parts.longestCall, () => void line.hangUp());
  const progress: Progress = { userId: null, outcome: 'abandoned' };
  let callId: number | undefined;
  try {
    const { id, callerNumber } = await parts.log.began(line);
    callId = id;
    transcript = parts.transcript(id, line);
    await line.answer();
    await knockCall(call, { id, callerNumber }, parts, progress);
  } catch (error) {
    if (!(error instanceof HungUp)) {
      parts.fault(error, line, callId);
      // once it is open, that is what the caller shall remember
      if (progress.outcome !== 'opened') {
        progress.outcome = 'failed';
        await apologise(error, parts.speech, line);
      }
    }
  } finally {
    limit.cancel();
    await line.hangUp();
    if (callId !== undefined) {
      await parts.log.ended(callId, progress.outcome, progress.userId).catch((error: unknown) => {
        parts.fault(error, line, callId);
      });
    }
  }
}

/** Says that it is not the caller's doing, if that can still be said. */
async function apologise(error: unknown, speech: Speech, line: Line): Promise<void> {
  if (line.ended.aborted || (error instanceof AccessError && error.code === 'speech-failed'))
    return;
  try {
    const { sound } = await speech.render({ name: 'unavailable' });
    await line.play(sound).finished;
  } catch {
    // nothing more can be said; the fault itself is reported already
  }
}
