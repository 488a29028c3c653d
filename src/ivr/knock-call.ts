import { AccessError } from '../domain/access-error.ts';
import { addressFromNumbers, type Address } from '../domain/address.ts';
import type { CallOutcome } from '../domain/attempt.ts';
import type { Grant } from '../domain/grant.ts';
import { secondsBetween } from '../domain/time.ts';
import type { User } from '../domain/user.ts';
import type { Authenticate } from '../access/authenticate.ts';
import type { CallLog } from '../access/call-log.ts';
import type { Gate } from '../access/gate.ts';
import { NoAnswer, type Call } from './call.ts';
import { refusalPrompts } from './prompts.ts';
import { addressQuestion, knockCodeQuestion, pinQuestion, readBackQuestion } from './questions.ts';

export interface KnockParts {
  readonly authenticate: Authenticate;
  readonly gate: Gate;
  readonly log: CallLog;
  /** The server's own external address, where it is known. */
  readonly externalAddress: () => Address | undefined;
}

export interface KnownCall {
  readonly id: number;
  readonly callerNumber: string | null;
}

/** How far a call came; kept as it goes, so that it is right whenever the caller hangs up. */
export interface Progress {
  userId: number | null;
  outcome: CallOutcome;
}

const mostTries = 3;

/**
 * The call, from the greeting to goodbye (DESIGN, "The call", steps 2 to 5).
 * Throws HungUp when the caller does, and what the outside throws at us.
 */
export async function knockCall(
  call: Call,
  known: KnownCall,
  parts: KnockParts,
  progress: Progress,
): Promise<void> {
  try {
    await call.play({ name: 'welcome' });
    const user = await identify(call, known, parts);
    if (!user) {
      progress.outcome = 'refused';
      await call.tell({ name: 'not-recognised-goodbye' });
      return;
    }
    progress.userId = user.id;
    const address = await agreeOnAddress(call, known, user, parts);
    if (!address) return;
    await open(call, known, user, address, parts, progress);
    await call.tell({ name: 'goodbye' });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    await call.tell({ name: 'goodbye' });
  }
}

/** Knock code and PIN, three tries; every failure sounds the same. */
async function identify(
  call: Call,
  known: KnownCall,
  { authenticate }: KnockParts,
): Promise<User | undefined> {
  for (let tries = 1; ; tries++) {
    const knockCode = await call.ask(knockCodeQuestion);
    const pin = await call.ask(pinQuestion);
    const user = await authenticate({
      knockCode,
      pin,
      callerNumber: known.callerNumber,
      callId: known.id,
    });
    if (user || tries === mostTries) return user;
    await call.tell({ name: 'not-recognised' });
  }
}

/** Asks for the address until it is one that may be opened and the caller has said yes to it. */
async function agreeOnAddress(
  call: Call,
  known: KnownCall,
  user: User,
  { gate, log }: KnockParts,
): Promise<Address | undefined> {
  for (;;) {
    const numbers = await call.ask(addressQuestion);
    const address = addressFromNumbers(numbers);
    const refusal = address ? gate.refusalOf(address) : 'impossible';
    if (!address || refusal) {
      const why = refusal ?? 'impossible';
      await log.addressRefused(known.id, user.id, address, why);
      await call.tell({ name: refusalPrompts[why] });
      continue;
    }
    if (!(await gate.hasRoomFor(user, address))) {
      await call.tell({ name: 'too-many-open' }, { name: 'goodbye' });
      return undefined;
    }
    if ((await call.ask(readBackQuestion(address))) === 'open') return address;
  }
}

/** The one commit point: from here the opening runs to its end, whether anybody listens or not. */
async function open(
  call: Call,
  known: KnownCall,
  user: User,
  address: Address,
  { gate, externalAddress }: KnockParts,
  progress: Progress,
): Promise<void> {
  let grant: Grant;
  try {
    grant = await gate.open({
      userId: user.id,
      address,
      callId: known.id,
      by: `call:${known.id}`,
    });
  } catch (error) {
    progress.outcome = 'failed';
    if (!(error instanceof AccessError)) throw error;
    await call.tell({ name: error.code === 'too-many-open' ? 'too-many-open' : 'nothing-opened' });
    return;
  }
  progress.outcome = 'opened';
  await call.tell({
    name: 'opened',
    until: grant.expiresAt,
    seconds: secondsBetween(grant.openedAt, grant.expiresAt),
  });
  const server = externalAddress();
  if (server) await call.tell({ name: 'server-address', address: server });
}
