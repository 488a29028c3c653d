import { AccessError } from '../../domain/access-error.ts';
import { parseAddress } from '../../domain/address.ts';
import type { Actor } from '../../domain/attempt.ts';
import { isActive, type Grant } from '../../domain/grant.ts';
import type { Page } from '../../domain/ports.ts';
import type { Seconds } from '../../domain/time.ts';
import type { AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';

export interface GrantFilter extends Page {
  readonly state: 'active' | 'all';
}

/** A grant with the packets let in from its address; null when the helper cannot say. */
export type SeenGrant = Grant & { readonly packets: number | null };

export interface GrantAdministration {
  grants(filter: GrantFilter): Promise<SeenGrant[]>;
  openGrant(
    request: {
      readonly user: string;
      /** A host, or the /64 of an IPv6 host. */
      readonly address: string;
      readonly seconds?: Seconds | undefined;
    },
    by: Actor,
  ): Promise<Grant>;
  closeGrant(id: number, by: Actor): Promise<Grant>;
}

export function grantAdministration({
  stores,
  gate,
  firewall,
  clock,
}: AdministrationParts): GrantAdministration {
  return {
    async grants(filter) {
      const now = clock.now();
      const all =
        filter.state === 'all'
          ? await stores.grants.list(filter)
          : (await stores.grants.unended())
              .filter((g) => isActive(g, now) && g.id < (filter.before ?? Infinity))
              .sort((a, b) => b.id - a.id)
              .slice(0, filter.limit);
      // the list must come even when the helper does not
      const open = await firewall.list().catch(() => undefined);
      const packets = new Map(
        open?.map((o) => [o.address, o.services.reduce((sum, s) => sum + s.packets, 0)]),
      );
      return all.map((grant) => ({
        ...grant,
        packets: isActive(grant, now) ? (packets.get(grant.address) ?? null) : null,
      }));
    },

    async openGrant({ user, address, seconds }, by) {
      const parsed = parseAddress(address);
      if (!parsed) {
        throw new AccessError(
          'invalid',
          `${address} is neither a host such as 203.0.113.7 or 2001:db8::7 nor a network such as 2001:db8:0:1::/64.`,
        );
      }
      const { id } = await userNamed(stores.users, user);
      return gate.open({ userId: id, address: parsed, seconds, by });
    },

    closeGrant: (id, by) => gate.close(id, by),
  };
}
