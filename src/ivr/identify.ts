import type { Authenticate } from '../access/authenticate.ts';
import type { OneTimeCode } from '../domain/one-time-code.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Attestation, User } from '../domain/user.ts';
import { HungUp, NoAnswer, type Call } from './call.ts';
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
    const attempt = (code: OneTimeCode | null): Promise<User | undefined> =>
      authenticate.attempt({
        knockCode,
        pin,
        code,
        callerNumber: known.callerNumber,
        attestation: known.attestation,
        callId: known.id,
      });
    let code: OneTimeCode | null = null;
    if (await authenticate.wantsCode(knockCode)) {
      code = await call.ask(oneTimeCodeQuestion).catch(async (error: unknown) => {
        // whoever goes at this question has tried a knock code and a PIN all the same. What is
        // no doing of theirs is free: a fault that they could bring about would gain them nothing,
        // for nothing that they keyed has been looked at but whether a code is asked for
        if (error instanceof HungUp || error instanceof NoAnswer) await attempt(null);
        throw error;
      });
    }
    const user = await attempt(code);
    if (user) return { user, knockCode, callId: known.id };
    if (tries === mostTries) return undefined;
    await call.tell({ name: 'not-recognised' });
  }
}

/** Whoever changes their language more often than this only holds the line. */
const mostLanguages = 4;

/** The code; a language may be chosen before it. */
async function askKnockCode(call: Call, offered: readonly Language[]): Promise<KnockCode> {
  for (let chosen = 0; chosen <= mostLanguages; chosen++) {
    const answer = await call.ask(knockCodeQuestion(offered.length));
    if (typeof answer === 'string') return answer;
    const language = offered[answer.language - 1];
    if (language !== undefined) call.speak(language);
  }
  throw new NoAnswer('knock-code');
}

/** The PIN once more, from whoever picked up the telephone that we called. */
export async function identifyAgain(
  call: Call,
  { user, callId }: Visitor,
  number: PhoneNumber,
  authenticate: Authenticate,
): Promise<User | undefined> {
  await call.play({ name: 'call-back-welcome' });
  for (let tries = 1; ; tries++) {
    const pin = await call.ask(pinQuestion);
    const known = await authenticate.again({ user, pin, number, callId });
    if (known || tries === mostTries) return known;
    await call.tell({ name: 'not-recognised' });
  }
}
