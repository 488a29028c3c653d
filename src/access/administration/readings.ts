import type { AuditState } from '../../domain/audit.ts';
import { isActive } from '../../domain/grant.ts';
import type { StoreSize } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import type { TallyCounts } from '../tallies.ts';
import type { AdministrationParts } from './parts.ts';
import type { Status } from './status.ts';

/** What waits in the queue of notifications. */
export interface NotificationReading {
  readonly waiting: number;
  readonly failed: number;
  /** When the oldest one that waits was made; null while there is none. */
  readonly oldestAt: Instant | null;
}

/** What only the house itself can measure. */
export interface Measures {
  tallies(): Promise<TallyCounts>;
  size(): Promise<StoreSize>;
  externalAddressKnown(): boolean;
  /** When the last checkpoint was made that nobody failed to keep. */
  checkpointAt(): Instant | null;
  notifications?(): Promise<NotificationReading>;
}

/** All that is measured, at this moment. What is undefined is not known. */
export interface Readings {
  readonly now: Instant;
  readonly status: Status;
  readonly ready: boolean;
  readonly openGrants: number | undefined;
  readonly lockoutsActive: number | undefined;
  readonly record: AuditState | undefined;
  readonly tallies: TallyCounts | undefined;
  readonly size: StoreSize | undefined;
  readonly externalAddressKnown: boolean | undefined;
  readonly checkpointAt: Instant | null | undefined;
  readonly notifications: NotificationReading | undefined;
}

export interface ReadingsAdministration {
  /** Comes whatever is broken: what cannot be told is left out. */
  readings(): Promise<Readings>;
}

const orNothing = <T>(work: Promise<T> | undefined): Promise<T | undefined> =>
  work?.catch(() => undefined) ?? Promise.resolve(undefined);

export function readingsAdministration(
  parts: AdministrationParts,
  status: () => Promise<Status>,
  ready: () => Promise<boolean>,
): ReadingsAdministration {
  const { stores, lockouts, record, clock, measures } = parts;

  async function openGrants(): Promise<number> {
    const now = clock.now();
    return (await stores.grants.unended()).filter((grant) => isActive(grant, now)).length;
  }

  return {
    async readings() {
      const [state, isReady, grants, active, kept, tallies, size, notifications] =
        await Promise.all([
          status(),
          ready(),
          orNothing(openGrants()),
          orNothing(lockouts.active()),
          orNothing(record.state()),
          orNothing(measures?.tallies()),
          orNothing(measures?.size()),
          orNothing(measures?.notifications?.()),
        ]);
      return {
        now: clock.now(),
        status: state,
        ready: isReady,
        openGrants: grants,
        lockoutsActive: active,
        record: kept,
        tallies,
        size,
        externalAddressKnown: measures?.externalAddressKnown(),
        checkpointAt: measures?.checkpointAt(),
        notifications,
      };
    },
  };
}
