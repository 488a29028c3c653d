import type { ServiceDetail } from '../../domain/ports.ts';
import type { AdministrationParts } from './parts.ts';

/** A service that the helper knows. */
export interface SeenService {
  readonly name: string;
  /** As `udp/5060-5061`; null when the firewall knows names only. */
  readonly ports: readonly string[] | null;
  readonly about: string | null;
  /** Opened for users who have no services of their own. */
  readonly usual: boolean;
  /** Enabled users who have it among services of their own. */
  readonly users: number;
}

export interface ServiceAdministration {
  /** In the order of the helper's configuration. @throws AccessError `firewall-unavailable`. */
  services(): Promise<SeenService[]>;
}

const unknown: { readonly [Key in keyof ServiceDetail]: null } = { ports: null, about: null };

export function serviceAdministration({
  stores,
  firewall,
  usualServices,
}: AdministrationParts): ServiceAdministration {
  return {
    async services() {
      const [{ services, details }, users] = await Promise.all([
        firewall.limits(),
        stores.users.list(),
      ]);
      const enabled = users.filter(({ disabled }) => !disabled);
      return services.map((name) => ({
        name,
        ...(details?.[name] ?? unknown),
        usual: usualServices.includes(name),
        users: enabled.filter((user) => user.services.includes(name)).length,
      }));
    },
  };
}
