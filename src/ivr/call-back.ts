import type { CallBacks } from '../access/call-back.ts';
import { AccessError } from '../domain/access-error.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Seconds } from '../domain/time.ts';
import { prepare, type ConversationParts } from './conversation.ts';
import { calledBack, type KnockParts } from './knock-call.ts';
import type { Exchange, Line } from './line.ts';
import type { Language } from './prompts.ts';
import type { Visitor } from './visit.ts';

export interface CallBackParts extends KnockParts, ConversationParts {
  readonly callBacks: CallBacks;
  readonly dial: Exchange['dial'];
}

/** Before each try: the telephone has to be free again, and some are slow to notice. */
const pauses: readonly Seconds[] = [2, 8];

/**
 * Phones the user's own number, where the call goes on: whoever forged it is not
 * the one who is called. Rejects only where the store or the exchange do.
 */
export async function phoneBack(
  visitor: Visitor,
  language: Language,
  parts: CallBackParts,
): Promise<void> {
  const { user, callId } = visitor;
  const number = await parts.callBacks.begin(user, callId);
  if (number === undefined) return;
  const line = await reach(number, visitor, parts);
  if (line instanceof AccessError) return parts.callBacks.failed(user, callId, line.message);
  await prepare(line, user.language ?? language, parts).hold(
    () =>
      parts.log.began({
        callerNumber: number,
        dialled: number,
        attestation: null,
        callBackOf: callId,
      }),
    (call, { id }, progress) =>
      calledBack(call, { ...visitor, callId: id }, number, parts, progress),
  );
}

/** The line once somebody has answered it, or why nobody did. */
async function reach(
  number: PhoneNumber,
  { user, callId }: Visitor,
  parts: CallBackParts,
): Promise<Line | AccessError> {
  let why = new AccessError('call-failed', 'Nobody was called.');
  for (const [tried, seconds] of pauses.entries()) {
    await pause(seconds, parts);
    if (parts.leaving?.aborted) return new AccessError('call-failed', 'dialgate is stopping.');
    if (tried > 0 && !(await parts.callBacks.again(user, callId))) break;
    try {
      return await parts.dial(number);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      why = error;
    }
  }
  return why;
}

/** Until the time is up, or we stop. */
function pause(seconds: Seconds, { timer, leaving }: CallBackParts): Promise<void> {
  return new Promise((resolve) => {
    if (leaving?.aborted) return resolve();
    const over = (): void => {
      alarm.cancel();
      leaving?.removeEventListener('abort', over);
      resolve();
    };
    const alarm = timer(seconds, over);
    leaving?.addEventListener('abort', over, { once: true });
  });
}
