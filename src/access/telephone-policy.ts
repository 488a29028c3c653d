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

/** `presented` is the number as the call came with it, which is how calls are on record. */
export async function isKnownFor(
  user: User,
  caller: Caller,
  presented: string | null,
  calls: Pick<Stores['calls'], 'recognisedFrom'>,
  now: Instant,
): Promise<boolean> {
  if (caller === 'withheld' || presented === null) return false;
  const since = after(now, -remembersTelephones);
  return isListed(user, caller) || (await calls.recognisedFrom(user.id, presented, since));
}

function isListed(user: User, caller: Caller): boolean {
  return caller !== 'withheld' && user.numbers.includes(caller);
}
