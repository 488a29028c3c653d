import { outermost, parseCidr, type Cidr } from './cidr.ts';
import {
  ConfigError,
  list,
  objectOf,
  optionalWord,
  parse,
  path,
  socketPath,
  whole,
  yesOrNo,
} from './config-values.ts';
import { overlap, parsePorts, portText, type PortRange } from './ports.ts';

export interface ServicePorts {
  readonly name: string;
  readonly ports: readonly PortRange[];
}

/** Ports from `first` to `last` inclusive, of either protocol. */
export interface PairingPorts {
  readonly first: number;
  readonly last: number;
}

/** What the helper may do at most; see deploy/helper.json.example. */
export interface HelperConfig {
  /** Absolute path of the Unix socket. */
  readonly socket: string;
  /** The group that may connect; undefined leaves the group of the process. */
  readonly socketGroup: string | undefined;
  /** The nftables table, in family inet, that belongs to the helper alone. */
  readonly table: string;
  readonly services: readonly ServicePorts[];
  /** Networks that always pass. */
  readonly trusted: readonly Cidr[];
  /** The longest opening, in seconds. */
  readonly longest: number;
  readonly mostAddresses: number;
  /** Whether the network of 64 bits that an IPv6 host lives in may be opened as a whole. */
  readonly networks: boolean;
  /** Where the port is chosen that a caller is told to try. */
  readonly pairing: PairingPorts;
  /** Where nft may be; the first that exists is used. */
  readonly nft: readonly string[];
}

const keys = [
  'socket',
  'socketGroup',
  'table',
  'services',
  'trusted',
  'longest',
  'mostAddresses',
  'networks',
  'pairing',
  'nft',
];
/** The dynamic ports of RFC 6335, section 6. */
const usualPairing: PairingPorts = { first: 49_152, last: 65_535 };
/** Fewer could be tried one after the other by somebody lucky. */
const fewestPairing = 1024;
const usualNft = ['/usr/sbin/nft', '/sbin/nft', '/usr/local/sbin/nft'];

/** @throws ConfigError */
export function readConfig(source: string): HelperConfig {
  const fields = objectOf(parse(source), 'the file');
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(`There is no key "${unknown}"; allowed are ${keys.join(', ')}.`);
  }
  const services = servicesOf(fields['services']);
  return {
    socket: socketPath(fields['socket']),
    socketGroup: optionalWord(
      fields['socketGroup'],
      'socketGroup',
      /^[a-z_][a-z0-9_-]{0,31}$/,
      'a group name',
    ),
    table:
      optionalWord(
        fields['table'],
        'table',
        /^[a-z][a-z0-9_]{0,31}$/,
        'a name of a–z, 0–9 and _',
      ) ?? 'dialgate',
    services,
    trusted: trustedOf(fields['trusted'] ?? []),
    longest: whole(fields['longest'], 'longest', 1, 31_536_000),
    mostAddresses: whole(fields['mostAddresses'], 'mostAddresses', 1, 20_000),
    networks: yesOrNo(fields['networks'] ?? false, 'networks'),
    pairing: pairingOf(fields['pairing'] ?? usualPairing, services),
    nft: list(fields['nft'] ?? usualNft, 'nft').map((value) => path(value, 'nft')),
  };
}

function servicesOf(value: unknown): ServicePorts[] {
  const services = Object.entries(objectOf(value, 'services')).map(([name, ports]) => {
    if (!/^[a-z][a-z0-9-]{0,15}$/.test(name)) {
      throw new ConfigError(
        `services: "${name}" is not a service name (a–z first, then a–z, 0–9 and -, at most 16).`,
      );
    }
    return { name, ports: list(ports, `services.${name}`).map((port) => portsOf(port, name)) };
  });
  if (services.length === 0 || services.length > 32) {
    throw new ConfigError('services: name 1 to 32 services, such as {"ssh": ["tcp/22"]}.');
  }
  refuseClashes(services.flatMap(({ name, ports }) => ports.map((range) => ({ name, range }))));
  return services;
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

function refuseClashes(all: readonly { readonly name: string; readonly range: PortRange }[]): void {
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

function pairingOf(value: unknown, services: readonly ServicePorts[]): PairingPorts {
  const fields = objectOf(value, 'pairing');
  const unknown = Object.keys(fields).find((key) => key !== 'first' && key !== 'last');
  if (unknown !== undefined) {
    throw new ConfigError(`pairing: there is no key "${unknown}"; allowed are first, last.`);
  }
  const first = whole(fields['first'], 'pairing.first', 1, 65_535);
  const last = whole(fields['last'], 'pairing.last', first, 65_535);
  const free = Array.from({ length: last - first + 1 }, (_, at) => first + at).filter(
    (port) => !isServicePort(services, port),
  );
  if (free.length >= fewestPairing) return { first, last };
  throw new ConfigError(
    `pairing: of ports ${first} to ${last} only ${free.length} belong to no service; at least ${fewestPairing} must.`,
  );
}

/** Whether any service has the port, by either protocol. */
export function isServicePort(services: readonly ServicePorts[], port: number): boolean {
  return services.some(({ ports }) =>
    ports.some(({ first, last }) => first <= port && port <= last),
  );
}

function trustedOf(value: unknown): Cidr[] {
  return outermost(
    list(value, 'trusted', 0).map((text) => {
      const network = typeof text === 'string' ? parseCidr(text) : undefined;
      if (!network) {
        throw new ConfigError(
          `trusted: ${JSON.stringify(text)} is not a network; write "198.51.100.0/24" or "2001:db8::/32", host bits zero.`,
        );
      }
      return network;
    }),
  );
}
