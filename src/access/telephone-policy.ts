import { notationsOf, type Dialling } from '../domain/phone-number.ts';
import type { Stores } from '../domain/ports.ts';
import { after, type Instant, type Seconds } from '../domain/time.ts';
import { attested, type Attestation, type User } from '../domain/user.ts';
import type { Caller } from './caller.ts';

export type Unfit = 'not-listed' | 'not-attested';

/**
 * Why this user may not come in by this call, though all that was keyed is right. With
 * `call-back` any telephone may ask to be phoned: its own number is not relied on.
 */
export function unfitness(
  user: User,
  caller: Caller,
  attestation: Attestation | null,
): Unfit | undefined {
  if (user.callerPolicy === 'listed' && !isListed(user, caller)) return 'not-listed';
  return attested(attestation, user.leastAttestation) ? undefined : 'not-attested';
}

/** For so long a telephone from which a user was recognised is known to be theirs. */
export const remembersTelephones: Seconds = 90 * 86_400;

/** Calls are on record with the number as they came with it, and each carrier has its own notation. */
export async function isKnownFor(
  user: User,
  caller: Caller,
  calls: Pick<Stores['calls'], 'recognisedFrom'>,
  dialling: Dialling,
  now: Instant,
): Promise<boolean> {
  if (caller === 'withheld') return false;
  if (isListed(user, caller)) return true;
  const since = after(now, -remembersTelephones);
  return calls.recognisedFrom(user.id, notationsOf(caller, dialling), since);
}

function isListed(user: User, caller: Caller): boolean {
  return caller !== 'withheld' && user.numbers.includes(caller);
}
