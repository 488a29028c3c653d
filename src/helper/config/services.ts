import type { WireServiceDetail } from '../../firewall/wire.ts';
import { catalogue } from './catalogue.ts';
import { ConfigError, list, objectOf } from './config-values.ts';
import { overlap, parsePorts, portText, type PortRange } from './ports.ts';

export interface ServicePorts {
  readonly name: string;
  readonly ports: readonly PortRange[];
  /** What it is for, where the catalogue says so. */
  readonly about?: string;
}

/** Written for the ports of a service, it stands for those of the catalogue. */
const asInCatalogue = 'catalogue';

/**
 * Reads `["sip", "rtp"]`, names of the catalogue, or `{"sip": "catalogue", "web": ["tcp/443"]}`.
 * @throws ConfigError
 */
export function servicesOf(value: unknown): ServicePorts[] {
  const services = Array.isArray(value) ? listed(value) : written(value);
  if (services.length === 0 || services.length > 32) {
    throw new ConfigError('services: name 1 to 32 services, such as {"ssh": ["tcp/22"]}.');
  }
  refuseClashes(services);
  return services;
}

function listed(names: readonly unknown[]): ServicePorts[] {
  const services = names.map((name) => fromCatalogue(name));
  const twice = services.find(({ name }, at) => services.slice(0, at).some((s) => s.name === name));
  if (twice) throw new ConfigError(`services: ${twice.name} is listed twice.`);
  return services;
}

function written(value: unknown): ServicePorts[] {
  return Object.entries(objectOf(value, 'services')).map(([name, ports]) => {
    if (!/^[a-z][a-z0-9-]{0,15}$/.test(name)) {
      throw new ConfigError(
        `services: "${name}" is not a service name (a–z first, then a–z, 0–9 and -, at most 16).`,
      );
    }
    if (ports === asInCatalogue) return fromCatalogue(name);
    return { name, ports: list(ports, `services.${name}`).map((port) => portsOf(port, name)) };
  });
}

function fromCatalogue(name: unknown): ServicePorts {
  const known = typeof name === 'string' && Object.hasOwn(catalogue, name);
  const service = known ? catalogue[name] : undefined;
  if (!known || !service) {
    throw new ConfigError(
      `services: ${JSON.stringify(name)} is not in the catalogue, which has ${Object.keys(catalogue).join(', ')}; ` +
        'write a service of your own with its ports: {"intercom": ["tcp/7000"], "sip": "catalogue"}.',
    );
  }
  return { name, ports: service.ports.map((port) => portsOf(port, name)), about: service.about };
}

function portsOf(value: unknown, name: string): PortRange {
  const range = typeof value === 'string' ? parsePorts(value) : undefined;
  if (!range) {
    throw new ConfigError(
      `services.${name}: ${JSON.stringify(value)} is not a port; write "tcp/22" or "udp/5060-5061".`,
    );
  }
  return range;
}

function refuseClashes(services: readonly ServicePorts[]): void {
  const all = services.flatMap(({ name, ports }) => ports.map((range) => ({ name, range })));
  for (const [at, one] of all.entries()) {
    const other = all.slice(at + 1).find((next) => overlap(one.range, next.range));
    if (other) {
      throw new ConfigError(
        `services: ${portText(one.range)} of ${one.name} and ${portText(other.range)} of ${other.name} ` +
          'clash; a port may belong to one service only, and be listed once.',
      );
    }
  }
}

/** Whether any service has the port, by either protocol. */
export function isServicePort(services: readonly ServicePorts[], port: number): boolean {
  return services.some(({ ports }) =>
    ports.some(({ first, last }) => first <= port && port <= last),
  );
}

/** As the app is told. */
export function detailsOf(services: readonly ServicePorts[]): Record<string, WireServiceDetail> {
  return Object.fromEntries(
    services.map(({ name, ports, about = null }) => [name, { ports: ports.map(portText), about }]),
  );
}
