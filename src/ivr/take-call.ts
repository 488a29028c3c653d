import type { Admission } from '../access/admission.ts';
import { phoneBack, type CallBackParts } from './call-back.ts';
import { HungUp } from './call.ts';
import { prepare } from './conversation.ts';
import { knockCall } from './knock-call.ts';
import type { Line, RefusalTone } from './line.ts';
import type { Language } from './prompts.ts';

export interface TakeCallParts extends CallBackParts {
  readonly admission: Admission;
  /** What those hear who are not admitted. */
  readonly refusalTone: RefusalTone;
  /** In which language a call to this number begins. */
  readonly languageOf: (dialled: string) => Language;
}

/**
 * One call from the first ring to its place on record, the call back included.
 * Never rejects: whatever goes wrong, the line is hung up and the record says how
 * the call ended. A call that is not admitted is not answered, and leaves no more
 * than its part in a sum.
 */
export async function takeCall(line: Line, parts: TakeCallParts): Promise<void> {
  const language = parts.languageOf(line.dialled);
  // made before the first await, so that the first digit finds somebody listening
  const conversation = prepare(line, language, parts);
  const arrival = await parts.admission.arrive(line.callerNumber);
  if (!arrival.admitted) return line.refuse(parts.refusalTone);
  try {
    const { callBack } = await conversation.hold(
      () => parts.log.began(line),
      async (call, { id }, progress) => {
        await answer(line);
        const { callerNumber, attestation } = line;
        await knockCall(call, { id, callerNumber, attestation }, language, parts, progress);
      },
    );
    if (callBack) await phoneBack(callBack, language, parts);
  } catch (error) {
    parts.fault(error, line, undefined);
  } finally {
    arrival.leave();
  }
}

/** Whoever hangs up before the answer has only hung up: nothing of ours has failed. */
async function answer(line: Line): Promise<void> {
  try {
    await line.answer();
  } catch (error) {
    throw line.ended.aborted ? new HungUp() : error;
  }
}
