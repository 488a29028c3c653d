import type { PortRange } from '../../helper/config/ports.ts';
import type { ServicePorts } from '../../helper/config/services.ts';
import { diverts, type PacketFilter } from './packet-filter.ts';

/** Ports of a service whose packets are sent on to another host: rules about what comes to this one never see them. */
export interface Diverted {
  readonly service: string;
  readonly port: PortRange;
  readonly family: PacketFilter['family'];
}

export function divertedIn(
  filters: readonly PacketFilter[],
  services: readonly ServicePorts[],
): Diverted[] {
  const ports = services.flatMap(({ name, ports: its }) =>
    its.map((port) => ({ service: name, port })),
  );
  return ports.flatMap((one) => {
    const families = filters
      .filter((filter) => diverts(filter, one.port))
      .map(({ family }) => family);
    const [family] = families;
    if (family === undefined) return [];
    const same = families.every((other) => other === family);
    return [{ ...one, family: same ? family : 'both' }];
  });
}
