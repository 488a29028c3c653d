import { contains, parseCidr, type Cidr } from '../config/cidr.ts';
import type { HelperConfig } from '../config/config.ts';
import type { Connection } from './connections.ts';

/** A connection that ends when strangers are turned away. */
export interface Cut extends Connection {
  readonly service: string;
}

/** An address or a network that is let in to these services, by a grant or for good. */
export interface LetIn {
  readonly target: string;
  readonly services: readonly string[];
}

/** Those that the guard would turn away, each address and port once. */
export function cutsOf(
  all: readonly Connection[],
  config: Pick<HelperConfig, 'services' | 'trusted'>,
  letIn: readonly LetIn[],
): Cut[] {
  const networks = new Map<string, Cidr | undefined>();
  const networkOf = (text: string): Cidr | undefined => {
    if (!networks.has(text)) networks.set(text, parseCidr(text));
    return networks.get(text);
  };
  const isLetIn = (host: Cidr, service: string): boolean =>
    letIn.some(({ target, services }) => {
      const network = services.includes(service) ? networkOf(target) : undefined;
      return network !== undefined && contains(network, host);
    });
  const cuts = all.flatMap(({ address, port }): Cut[] => {
    const service = serviceAt(config, port);
    const host = parseCidr(address);
    if (service === undefined || !host) return [];
    if (config.trusted.some((network) => contains(network, host))) return [];
    return isLetIn(host, service) ? [] : [{ address, port, service }];
  });
  const seen = new Map(cuts.map((cut) => [`${cut.address} ${cut.port}`, cut]));
  return [...seen.values()];
}

/** The service that has the TCP port. */
function serviceAt({ services }: Pick<HelperConfig, 'services'>, port: number): string | undefined {
  return services.find(({ ports }) =>
    ports.some(({ protocol, first, last }) => protocol === 'tcp' && first <= port && port <= last),
  )?.name;
}
