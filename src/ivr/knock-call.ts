import { AccessError } from '../domain/access-error.ts';
import type { Authenticate } from '../access/authenticate.ts';
import type { Grant } from '../domain/grant.ts';
import { secondsBetween, type Seconds, type Timer } from '../domain/time.ts';
import { agreeOnAddress, type Agreed } from './agree-on-address.ts';
import { NoAnswer, type Call } from './call.ts';
import { greet, identify, identifyAgain, type KnownCall } from './identify.ts';
import { menu, sayServerAddress, type Opened } from './menu.ts';
import type { Language } from './prompts.ts';
import type { Progress, Visit, Visitor, VisitParts } from './visit.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';

export interface KnockParts extends VisitParts {
  readonly authenticate: Authenticate;
  /** What is offered at the greeting, in the order of the keys. */
  readonly languages: readonly Language[];
  readonly timer: Timer;
  /** Whoever is not recognised by then is hung up on: the line is for those who are. */
  readonly longestUnrecognised: Seconds;
}

/**
 * The call, from the greeting to goodbye (docs/calling.md).
 * Throws HungUp when the caller does, and what the outside throws at us.
 */
export async function knockCall(
  call: Call,
  known: KnownCall,
  language: Language,
  parts: KnockParts,
  progress: Progress,
): Promise<void> {
  await politely(call, async () => {
    const visitor = await inTime(call, parts, async () => {
      await greet(call, language, parts.languages);
      return identify(call, known, parts.authenticate, parts.languages);
    });
    if (!visitor) return notRecognised(call, progress);
    const { user } = visitor;
    progress.userId = user.id;
    if (user.language !== null) call.speak(user.language);
    if (user.callerPolicy !== 'call-back') return stay({ call, visitor, parts, progress });
    progress.outcome = 'called-back';
    progress.callBack = visitor;
    await call.tell({ name: 'call-back' });
  });
}

/** The same on the call that we made ourselves, to a number that is known to be the user's. */
export async function calledBack(
  call: Call,
  visitor: Visitor,
  number: PhoneNumber,
  parts: KnockParts,
  progress: Progress,
): Promise<void> {
  await politely(call, async () => {
    const user = await inTime(call, parts, () =>
      identifyAgain(call, visitor, number, parts.authenticate),
    );
    if (!user) return notRecognised(call, progress);
    progress.userId = user.id;
    await stay({ call, visitor: { ...visitor, user }, parts, progress });
  });
}

/** Recognising must not take for ever. */
async function inTime<T>(call: Call, parts: KnockParts, work: () => Promise<T>): Promise<T> {
  const limit = parts.timer(parts.longestUnrecognised, () => void call.hangUp());
  try {
    return await work();
  } finally {
    limit.cancel();
  }
}

/** Says goodbye to whoever gives no answer. */
async function politely(call: Call, conversation: () => Promise<void>): Promise<void> {
  try {
    await conversation();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    await call.tell({ name: 'goodbye' });
  }
}

async function notRecognised(call: Call, progress: Progress): Promise<void> {
  progress.outcome = 'refused';
  await call.tell({ name: 'not-recognised-goodbye' });
}

/** Addresses, one after the other, until the caller has had enough. */
async function stay(visit: Visit): Promise<void> {
  for (;;) {
    const agreed = await agreeOnAddress(visit);
    const opened = agreed && (await open(visit, agreed));
    if (opened === 'failed') break;
    try {
      if ((await menu(visit, opened)) === 'goodbye') break;
    } finally {
      opened?.arrival.stop();
    }
  }
  await visit.call.tell({ name: 'goodbye' });
}

/** The one commit point: from here the opening runs to its end, whether anybody listens or not. */
async function open(visit: Visit, { address, replaces }: Agreed): Promise<Opened | 'failed'> {
  const { call, visitor, parts, progress } = visit;
  const { user, callId } = visitor;
  let grant: Grant;
  try {
    grant = await parts.gate.open({
      userId: user.id,
      address,
      callId,
      by: `call:${callId}`,
      replaces,
      revision: user.revision,
    });
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    // another address may have been opened before in this call
    if (progress.outcome !== 'opened') progress.outcome = 'failed';
    await call.tell({ name: error.code === 'too-many-open' ? 'too-many-open' : 'nothing-opened' });
    return 'failed';
  }
  progress.outcome = 'opened';
  const arrival = parts.watchArrival(address);
  try {
    await tellOpened(visit, grant.expiresAt, secondsBetween(grant.openedAt, grant.expiresAt));
  } catch (error) {
    arrival.stop();
    throw error;
  }
  return { grant, arrival };
}

/** Few codes left is said here, where it still helps and gives nobody a hint. */
const fewCodes = 5;

async function tellOpened(visit: Visit, until: number, seconds: number): Promise<void> {
  const { call, visitor, parts } = visit;
  await call.play({ name: 'opened', until, seconds });
  if (parts.externalAddress()) await sayServerAddress(visit);
  const { secondFactor, codesLeft } = visitor.user;
  if (secondFactor === 'sheet' && codesLeft <= fewCodes) {
    await call.play({ name: 'codes-left', count: codesLeft });
  }
}
