import type { Authenticate } from '../access/authenticate.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Attestation, User } from '../domain/user.ts';
import type { Call } from './call.ts';
import type { Language } from './prompts.ts';
import { knockCodeQuestion, oneTimeCodeQuestion, pinQuestion } from './questions.ts';
import type { Visitor } from './visit.ts';

/** What is known of a call before its caller has said anything. */
export interface KnownCall {
  readonly id: number;
  readonly callerNumber: string | null;
  readonly attestation: Attestation | null;
}

const mostTries = 3;

/** Greets, and says in each other language how to have it. */
export async function greet(
  call: Call,
  language: Language,
  offered: readonly Language[],
): Promise<void> {
  await call.play({ name: 'welcome' });
  for (const [at, other] of offered.entries()) {
    if (other !== language) await call.play({ name: 'language-offer', key: at + 1 }, other);
  }
}

/** Knock code, PIN and what else there may be, three tries; every failure sounds the same. */
export async function identify(
  call: Call,
  known: KnownCall,
  authenticate: Authenticate,
  offered: readonly Language[],
): Promise<Visitor | undefined> {
  for (let tries = 1; ; tries++) {
    const knockCode = await askKnockCode(call, offered);
    const pin = await call.ask(pinQuestion);
    const wantsCode = await authenticate.wantsCode(knockCode);
    const code = wantsCode ? await call.ask(oneTimeCodeQuestion) : null;
    const user = await authenticate.attempt({
      knockCode,
      pin,
      code,
      callerNumber: known.callerNumber,
      attestation: known.attestation,
      callId: known.id,
    });
    if (user) return { user, knockCode, callId: known.id };
    if (tries === mostTries) return undefined;
    await call.tell({ name: 'not-recognised' });
  }
}

/** The language may be chosen as often as one likes before the code. */
async function askKnockCode(call: Call, offered: readonly Language[]): Promise<KnockCode> {
  for (;;) {
    const answer = await call.ask(knockCodeQuestion(offered.length));
    if (typeof answer === 'string') return answer;
    const chosen = offered[answer.language - 1];
    if (chosen !== undefined) call.speak(chosen);
  }
}

/** The PIN once more, from whoever picked up the telephone that we called. */
export async function identifyAgain(
  call: Call,
  user: User,
  number: PhoneNumber,
  callId: number,
  authenticate: Authenticate,
): Promise<boolean> {
  await call.play({ name: 'call-back-welcome' });
  for (let tries = 1; ; tries++) {
    const pin = await call.ask(pinQuestion);
    if (await authenticate.again({ user, pin, number, callId })) return true;
    if (tries === mostTries) return false;
    await call.tell({ name: 'not-recognised' });
  }
}
