import { sixtyFourOf, type Address } from '../../domain/address.ts';
import { isActive, type Grant } from '../../domain/grant.ts';
import type { Instant } from '../../domain/time.ts';
import type { LettingIn } from '../standing/letting-in.ts';
import type { AdministrationParts } from './parts.ts';

/** Who lets an address in. */
export interface Openness {
  readonly address: Address;
  /** Of the address itself, or of the /64 that it is in. */
  readonly grants: readonly Grant[];
  readonly entries: readonly LettingIn[];
  /** What all of them add up to; null is no end. Without those that the firewall does not take. */
  readonly services: readonly { readonly service: string; readonly until: Instant | null }[];
  /** Whether the gate answers; where it does not, all this is what the record says alone. */
  readonly gate: { readonly ok: boolean; readonly why?: string };
  /** What does not work as it should where the gate is: that nobody is turned away at all, say. */
  readonly warnings: readonly string[];
}

export interface OpennessAdministration {
  opennessOf(address: Address): Promise<Openness>;
}

export function opennessAdministration({
  stores,
  entries,
  firewall,
  clock,
}: AdministrationParts): OpennessAdministration {
  return {
    async opennessOf(address) {
      const now = clock.now();
      const here = [...new Set([address, sixtyFourOf(address)])];
      const [grants, letIn, limits] = await Promise.all([
        Promise.all(here.map((one) => stores.grants.unendedAt(one))),
        entries.lettingIn(address),
        firewall.limits().catch((error: unknown) => error as Error),
      ]);
      const active = grants.flat().filter((grant) => isActive(grant, now));
      const away = limits instanceof Error ? limits.message : undefined;
      return {
        address,
        grants: active,
        entries: letIn,
        services: latestOf(active, letIn),
        gate: away === undefined ? { ok: true } : { ok: false, why: away },
        warnings: limits instanceof Error ? [] : (limits.warnings ?? []),
      };
    },
  };
}

function latestOf(grants: readonly Grant[], entries: readonly LettingIn[]): Openness['services'] {
  const ends = new Map<string, number>();
  for (const { services, expiresAt } of [
    ...grants,
    ...entries.filter(({ refused }) => refused === null),
  ]) {
    for (const service of services) {
      ends.set(service, Math.max(ends.get(service) ?? 0, expiresAt ?? Infinity));
    }
  }
  return [...ends].map(([service, end]) => ({ service, until: end === Infinity ? null : end }));
}
