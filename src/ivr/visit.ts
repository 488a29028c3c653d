import type { Arrival } from '../access/arrival.ts';
import type { CallLog } from '../access/call-log.ts';
import type { Gate } from '../access/gate.ts';
import type { Pairing } from '../access/pairing.ts';
import type { Address } from '../domain/address.ts';
import type { CallOutcome } from '../domain/attempt.ts';
import type { Clock } from '../domain/time.ts';
import type { KnockCode } from '../domain/knock-code.ts';
import type { User } from '../domain/user.ts';
import type { Call } from './call.ts';

/** What may be done for a caller once it is known who they are. */
export interface VisitParts {
  readonly gate: Gate;
  readonly log: CallLog;
  readonly clock: Clock;
  /** Undefined where the site does without. */
  readonly pairing: Pairing | undefined;
  /** Begins to look whether anything comes from an address. */
  readonly watchArrival: (address: Address) => Arrival;
  /** The server's own external address, where it is known. */
  readonly externalAddress: () => Address | undefined;
}

/** Who is on the telephone, and in which call. */
export interface Visitor {
  readonly user: User;
  readonly knockCode: KnockCode;
  readonly callId: number;
}

/** How far a call came; kept as it goes, so that it is right whenever the caller hangs up. */
export interface Progress {
  userId: number | null;
  outcome: CallOutcome;
  /** Whom to phone once this call is over. */
  callBack: Visitor | undefined;
}

export const nothingYet = (): Progress => ({
  userId: null,
  outcome: 'abandoned',
  callBack: undefined,
});

/** One visit: everything that its steps need. */
export interface Visit {
  readonly call: Call;
  readonly visitor: Visitor;
  readonly parts: VisitParts;
  readonly progress: Progress;
}
