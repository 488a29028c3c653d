import { Declined } from './declined.ts';
import type { Kept } from './kept-state.ts';

/** @throws Declined where it is on or on trial already, or for good without ever having been confirmed. */
export function checkMayEnable(kept: Kept, test: number | null, unproven: boolean): void {
  const { armed, confirmed, halted } = kept;
  if (armed === 'trial') {
    throw new Declined(
      'declined',
      'The guard is on trial already: run "dialgate guard confirm" to keep it, or "dialgate guard disable".',
    );
  }
  if (armed === 'on' && halted === null && test !== null) {
    throw new Declined(
      'declined',
      'The guard is on for good already; to try it, run "dialgate guard disable" first.',
    );
  }
  if (test === null && armed === 'off' && !confirmed && !unproven) {
    throw new Declined(
      'declined',
      'The guard was never confirmed on this host, so nobody knows yet that you still get in when it is on: try it with "dialgate guard enable --test 3m", or insist with --yes.',
    );
  }
}
