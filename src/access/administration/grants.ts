import { AccessError } from '../../domain/access-error.ts';
import { parseAddress, type Address } from '../../domain/address.ts';
import type { Actor } from '../../domain/attempt.ts';
import { isActive, type Grant } from '../../domain/grant.ts';
import type { Page } from '../../domain/ports.ts';
import type { Seconds } from '../../domain/time.ts';
import { pageOf, seenPage, type PageOf } from '../paging.ts';
import type { AdministrationParts } from './parts.ts';
import { userNamed } from './user-named.ts';

export interface GrantsWanted extends Page {
  readonly state: 'active' | 'all';
  readonly userId?: number | undefined;
  readonly address?: Address | undefined;
}

/** Which grants to close: a user's, an address', or all that there are. */
export type GrantsToClose =
  { readonly user: string } | { readonly address: Address } | { readonly all: true };

/** A grant with the packets let in from its address; null when the helper cannot say. */
export type SeenGrant = Grant & { readonly packets: number | null };

export interface GrantAdministration {
  grants(wanted: GrantsWanted): Promise<PageOf<SeenGrant, number>>;
  /** @throws AccessError `not-found`. */
  grant(id: number): Promise<SeenGrant>;
  openGrant(
    request: {
      readonly user: string;
      /** A host, or the /64 of an IPv6 host. */
      readonly address: string;
      readonly seconds?: Seconds | undefined;
    },
    by: Actor,
  ): Promise<Grant>;
  /**
   * Opens the same address for the same user anew, for so long from now: the grant ends,
   * and another begins in its place.
   * @throws AccessError `not-found`, `conflict` when it has ended, and as opening does.
   */
  extendGrant(id: number, seconds: Seconds | undefined, by: Actor): Promise<Grant>;
  closeGrant(id: number, by: Actor): Promise<Grant>;
  /** Resolves to those that were closed. @throws AccessError as closing does, after all were tried. */
  closeGrants(which: GrantsToClose, by: Actor): Promise<Grant[]>;
}

export function grantAdministration({
  stores,
  gate,
  firewall,
  clock,
}: AdministrationParts): GrantAdministration {
  async function withPackets(grants: readonly Grant[]): Promise<SeenGrant[]> {
    const now = clock.now();
    // the list must come even when the helper does not
    const open = grants.some((grant) => isActive(grant, now))
      ? await firewall.list().catch(() => [])
      : [];
    const packets = new Map(
      open.map((o) => [o.address, o.services.reduce((sum, s) => sum + s.packets, 0)]),
    );
    return grants.map((grant) => ({
      ...grant,
      packets: isActive(grant, now) ? (packets.get(grant.address) ?? null) : null,
    }));
  }

  async function grantNumbered(id: number): Promise<Grant> {
    const grant = await stores.grants.byId(id);
    if (!grant) throw new AccessError('not-found', `There is no grant number ${id}.`);
    return grant;
  }

  return {
    grants: ({ state, ...rest }) =>
      seenPage(
        pageOf(
          { ...rest, unended: state === 'active' },
          (page) => stores.grants.list(page),
          ({ id }) => id,
        ),
        (rows) => {
          const now = clock.now();
          // what time has ended is still on record as unended, for some seconds
          return withPackets(rows.filter((grant) => state === 'all' || isActive(grant, now)));
        },
      ),

    async grant(id) {
      const [seen] = await withPackets([await grantNumbered(id)]);
      return seen as SeenGrant;
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

    async extendGrant(id, seconds, by) {
      const { userId, address } = await grantNumbered(id);
      return gate.open({ userId, address, seconds, extends: id, by });
    },

    closeGrant: (id, by) => gate.close(id, by),

    async closeGrants(which, by) {
      if ('all' in which) return gate.closeAll({}, by);
      if ('address' in which) return gate.closeAll({ address: which.address }, by);
      return gate.closeAll({ userId: (await userNamed(stores.users, which.user)).id }, by);
    },
  };
}
