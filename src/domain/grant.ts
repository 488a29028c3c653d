import type { Address } from './address.ts';
import { secondsBetween, type Instant, type Seconds } from './time.ts';

/** How a grant ended: by time, by somebody, or because the same user opened the same address anew. */
export const grantEnds = ['expired', 'closed', 'renewed'] as const;
export type GrantEnd = (typeof grantEnds)[number];

/** Leave for one user to reach some services from one address until a time. */
export interface Grant {
  readonly id: number;
  readonly userId: number;
  readonly userName: string;
  readonly address: Address;
  readonly services: readonly string[];
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  /** The call that opened it, or null when an administrator did. */
  readonly callId: number | null;
  /** When the first packet from there was seen; null: none yet, or nobody could say. */
  readonly firstPacketAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly end: GrantEnd | null;
}

/** The shortest grant: what has less than a second left when the kernel is asked is not opened. */
export const shortestGrant: Seconds = 2;

export type NewGrant = Omit<Grant, 'id' | 'userName' | 'firstPacketAt' | 'endedAt' | 'end'>;

/**
 * How far the clock may step back before a grant counts as opened in the
 * future, and so as ended: a clock that runs wrong must not lengthen access.
 */
const forgivenClockStep: Seconds = 300;

export function isActive(grant: Grant, now: Instant): boolean {
  return (
    grant.endedAt === null &&
    now < grant.expiresAt &&
    grant.openedAt <= now + forgivenClockStep * 1000
  );
}

/** What the gate shall let in from one address: each service with the seconds it has left. */
export interface Opening {
  readonly address: Address;
  readonly services: readonly { readonly service: string; readonly seconds: Seconds }[];
}

/**
 * Reference counting: merges every active grant into one opening an address,
 * each service lasting as long as the longest grant that carries it. `longestLeft`
 * may know better than the clock how long a grant can still last.
 */
export function openingsOf(
  grants: readonly Grant[],
  now: Instant,
  longestLeft: (grant: Grant) => Seconds = () => Infinity,
): Opening[] {
  const byAddress = new Map<Address, Map<string, Seconds>>();
  for (const grant of grants.filter((g) => isActive(g, now))) {
    const services = byAddress.get(grant.address) ?? new Map<string, Seconds>();
    byAddress.set(grant.address, services);
    // a clock set back must not give more than was granted
    const left = Math.min(
      secondsBetween(now, grant.expiresAt),
      secondsBetween(grant.openedAt, grant.expiresAt),
      longestLeft(grant),
    );
    // what ends within a second ends now: the kernel would have it no earlier
    if (left < 1) continue;
    for (const service of grant.services) {
      services.set(service, Math.max(services.get(service) ?? 0, left));
    }
  }
  return [...byAddress].flatMap(([address, services]) =>
    services.size === 0
      ? []
      : [
          {
            address,
            services: [...services].map(([service, seconds]) => ({ service, seconds })),
          },
        ],
  );
}
