import type { CallWithSteps } from './use-calls.ts';
import type { Kind } from '../../api/kinds.ts';

/** What the caller is at, by the last thing that is on record of the call. */
const after: Partial<Readonly<Record<Kind, string>>> = {
  'call-began': 'is asked for the knock code and the PIN',
  'attempt-refused': 'was not recognised, and may try again',
  'lockout-began': 'is locked out',
  'attempt-accepted': 'is recognised, and gives the address',
  'code-used': 'gave a one-time code, and gives the address',
  'call-back-began': 'is being called back',
  'call-back-failed': 'could not be called back',
  'pairing-began': 'connects to the port that was spoken',
  'pairing-ended': 'is read the address, or keys it',
  'address-refused': 'gave an address that is refused, and keys another',
  'gate-opened': 'has opened, and hears the menu',
  'gate-failed': 'could not open',
  'gate-renewed': 'has extended, and hears the menu',
  'gate-closed': 'has closed, and hears the menu',
  'gate-used': 'has opened, and their packets come',
};

export function stepWords({ steps }: CallWithSteps): string {
  const last = steps.findLast(({ kind }) => kind in after);
  return (last && after[last.kind]) ?? 'is being answered';
}

/** Tries that failed so far. */
export const refusals = ({ steps }: CallWithSteps): number =>
  steps.filter(({ kind }) => kind === 'attempt-refused').length;

/** Who it is, once they are recognised: the call itself says so when it has ended. */
export const userOf = ({ steps }: CallWithSteps): number | undefined =>
  steps.findLast(({ kind }) => kind === 'attempt-accepted')?.userId;
