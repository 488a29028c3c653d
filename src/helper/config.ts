import { isAbsolute } from 'node:path';
import { outermost, parseCidr, type Cidr } from './cidr.ts';
import { overlap, parsePorts, portText, type PortRange } from './ports.ts';

export interface ServicePorts {
  readonly name: string;
  readonly ports: readonly PortRange[];
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
  /** Where nft may be; the first that exists is used. */
  readonly nft: readonly string[];
}

/** A fault in the configuration, in one sentence that names the key and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const keys = [
  'socket',
  'socketGroup',
  'table',
  'services',
  'trusted',
  'longest',
  'mostAddresses',
  'nft',
];
const usualNft = ['/usr/sbin/nft', '/sbin/nft', '/usr/local/sbin/nft'];

/** @throws ConfigError */
export function readConfig(source: string): HelperConfig {
  const fields = objectOf(parse(source), 'the file');
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(`There is no key "${unknown}"; allowed are ${keys.join(', ')}.`);
  }
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
    services: servicesOf(fields['services']),
    trusted: trustedOf(fields['trusted'] ?? []),
    longest: whole(fields['longest'], 'longest', 1, 31_536_000),
    mostAddresses: whole(fields['mostAddresses'], 'mostAddresses', 1, 20_000),
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

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new ConfigError(`It is not JSON: ${(error as Error).message}.`);
  }
}

function objectOf(value: unknown, key: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${key}: must be an object in braces.`);
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, key: string, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least) {
    throw new ConfigError(`${key}: must be a list${least > 0 ? ' with at least one entry' : ''}.`);
  }
  return value;
}

/** Of sockaddr_un (unix(7)); what is longer would be cut off without a word. */
const longestSocketPath = 107;

function socketPath(value: unknown): string {
  const socket = path(value, 'socket');
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new ConfigError(`socket: must be a path of at most ${longestSocketPath} bytes.`);
  }
  return socket;
}

function path(value: unknown, key: string): string {
  if (typeof value !== 'string' || !isAbsolute(value) || value.includes('\0')) {
    throw new ConfigError(`${key}: must be an absolute path.`);
  }
  return value;
}

function optionalWord(value: unknown, key: string, form: RegExp, what: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !form.test(value)) {
    throw new ConfigError(`${key}: must be ${what}.`);
  }
  return value;
}

function whole(value: unknown, key: string, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new ConfigError(`${key}: must be a whole number from ${least} to ${most}.`);
  }
  return value as number;
}
