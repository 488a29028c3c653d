import type { Address } from '../../domain/address.ts';
import { targetsAround, targetText, type Entry } from '../../domain/entry.ts';
import type { EntryStore } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';

/** An entry that lets an address in: as that host, as a network around it, or as what a name means now. */
export interface LettingIn extends Pick<Entry, 'label' | 'target' | 'expiresAt'> {
  /** By name, also where the entry leaves it to what is usual. */
  readonly services: readonly string[];
  /** Why the firewall does not let it in all the same; null as far as is known. */
  readonly refused: string | null;
}

interface Circumstances {
  readonly now: Instant;
  readonly usual: readonly string[];
  /** Why the firewall does not take a target; undefined as far as is known. */
  readonly refusalOf: (target: string) => string | undefined;
}

/** The entries that let an address in at a time, oldest first. */
export async function entriesLettingIn(
  store: Pick<EntryStore, 'covering'>,
  address: Address,
  { now, usual, refusalOf }: Circumstances,
): Promise<LettingIn[]> {
  const all = await store.covering(targetsAround(address), address);
  return all
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .map(({ label, target, services, expiresAt }) => ({
      label,
      target,
      expiresAt,
      services: services.length > 0 ? services : usual,
      refused: refusalOf(target.kind === 'name' ? address : targetText(target)) ?? null,
    }));
}
