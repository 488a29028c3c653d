import type { Actor, AuditEntry } from '../../domain/attempt.ts';
import type { Dialling } from '../../domain/phone-number.ts';
import type { Firewall, Names, Stores } from '../../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../../domain/time.ts';
import type { AdmissionCounts } from '../admission.ts';
import type { AuditRecord } from '../audit/record.ts';
import type { Entries } from '../entries.ts';
import type { Gate } from '../gate.ts';
import type { Lockouts } from '../lockouts.ts';
import type { Notices } from '../notices/notices.ts';
import type { NotMe } from '../notices/not-me.ts';
import type { RefusedRequests } from '../refused-requests.ts';
import type { SecondFactors } from '../second-factors.ts';
import type { Secrets } from '../secrets.ts';
import type { Measures } from './readings.ts';
import type { Health } from './status.ts';

export interface AdministrationParts {
  readonly stores: Stores;
  readonly record: AuditRecord;
  readonly refusedRequests: Pick<RefusedRequests, 'note'>;
  readonly notices: Pick<Notices, 'page' | 'test'>;
  readonly notMe: NotMe;
  readonly gate: Gate;
  readonly entries: Entries;
  readonly names: Names;
  readonly firewall: Firewall;
  readonly secrets: Secrets;
  readonly lockouts: Lockouts;
  readonly secondFactors: SecondFactors;
  readonly clock: Clock;
  readonly timer: Timer;
  /** How the numbers that administrators write are to be read. */
  readonly dialling: Dialling;
  /** The languages that the site can speak now. */
  readonly languages: () => readonly string[];
  /** What is opened for users who have no services of their own. */
  readonly usualServices: readonly string[];
  /** Whether users can be phoned back here. */
  readonly callsBack: boolean;
  /** How long a session at the page lasts without being used. */
  readonly sessionIdle: Seconds;
  /** Undefined where no server runs, as in the command line's own process. */
  readonly admission: () => AdmissionCounts | undefined;
  readonly health: () => Promise<Health>;
  /** Whether a call could open the gate now, in bounded time; never where no server runs. */
  readonly ready?: (() => Promise<boolean>) | undefined;
  /** Undefined where no server runs. */
  readonly measures?: Measures | undefined;
  /** As it is running; what may be shown of it is for whoever shows it to say. */
  readonly configuration: () => unknown;
}

/** Makes audit entries that happen now. */
export function entries(clock: Clock) {
  return (by: Actor, kind: AuditEntry['kind'], rest: Partial<AuditEntry> = {}): AuditEntry => ({
    at: clock.now(),
    actor: by,
    kind,
    ...rest,
  });
}
