import { isActive } from '../../domain/grant.ts';
import type { FirewallLimits } from '../../domain/ports.ts';
import type { AdmissionCounts } from '../admission.ts';
import type { AdministrationParts } from './parts.ts';

export interface PartHealth {
  readonly ok: boolean;
  readonly why?: string;
}

export interface Health {
  readonly ok: boolean;
  readonly parts: Readonly<Record<'asterisk' | 'helper' | 'database', PartHealth>>;
  readonly version: string;
}

/** How the house is at this moment. */
export interface Status {
  readonly health: Health;
  /** Undefined where no server runs. */
  readonly admission: AdmissionCounts | undefined;
  /** Undefined when the database cannot say. */
  readonly openAddresses: number | undefined;
  /** The standing entries, and those of them whose name is not answered; undefined as above. */
  readonly standing: { readonly entries: number; readonly failing: number } | undefined;
  /** What does not work as it should where the gate is, each with its mend. */
  readonly warnings: readonly string[];
  /** Undefined where the gate is no guard, or does not say. */
  readonly guard?: FirewallLimits['guard'];
}

export interface StatusAdministration {
  health(): Promise<Health>;
  /** Whether this process and its database answer. Never rejects. */
  alive(): Promise<boolean>;
  /** Whether a call could open the gate now. Bounded, and never rejects. */
  ready(): Promise<boolean>;
  /** Comes whatever is broken: what cannot be told is left out. */
  status(): Promise<Status>;
  /** As it is running, whole: to be shown by an allow-list. */
  configuration(): unknown;
}

export function statusAdministration({
  stores,
  firewall,
  clock,
  health,
  admission,
  configuration,
  ready = () => Promise.resolve(false),
}: AdministrationParts): StatusAdministration {
  async function openAddresses(): Promise<number> {
    const now = clock.now();
    const active = (await stores.grants.unended()).filter((grant) => isActive(grant, now));
    return new Set(active.map(({ address }) => address)).size;
  }

  async function standing(): Promise<Status['standing']> {
    const { entries } = stores;
    return { entries: await entries.count(), failing: await entries.failing() };
  }

  return {
    health,
    alive: () =>
      stores.audit.ends().then(
        () => true,
        () => false,
      ),
    ready,
    configuration,
    async status() {
      const [known, open, stands, limits] = await Promise.all([
        health(),
        openAddresses().catch(() => undefined),
        standing().catch(() => undefined),
        firewall.limits().catch(() => undefined),
      ]);
      return {
        health: known,
        admission: admission(),
        openAddresses: open,
        standing: stands,
        // a gate that does not answer is a part that is not well
        warnings: limits?.warnings ?? [],
        guard: limits?.guard,
      };
    },
  };
}
