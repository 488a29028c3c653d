import { dirname, join } from 'node:path';
import type { WireStandingLimits } from '../../firewall/wire.ts';
import { backendOf, type BackendConfig } from './backend-config.ts';
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
import { isServicePort, servicesOf, type ServicePorts } from './services.ts';
import { standingOf } from './standing-config.ts';

/** Ports from `first` to `last` inclusive, of either protocol. */
export interface PairingPorts {
  readonly first: number;
  readonly last: number;
}

/** What the helper may do at most; see deploy/helper.json.example. */
export interface HelperConfig {
  /** Why this is not what helper.json says; for the administrator. */
  readonly standIn?: string;
  /** Absolute path of the Unix socket. */
  readonly socket: string;
  /** The group that may connect; undefined leaves the group of the process. */
  readonly socketGroup: string | undefined;
  /** The socket at which root alone arms and disarms; beside the other, unless named. */
  readonly adminSocket: string;
  /** The folder of what must outlast a restart. */
  readonly state: string;
  /** Whether the guard turns strangers away from its very first start on. */
  readonly armed: boolean;
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
  readonly standing: WireStandingLimits;
  /** Which way the host's firewall is fitted. */
  readonly backend: BackendConfig;
  /** Socket of dialgate-unban, where fail2ban's bans are lifted; undefined where there is none. */
  readonly unban: string | undefined;
  /** For so long a connection that stands may go on after its leave has ended. Seconds. */
  readonly linger: number;
  /** Where nft may be; the first that exists is used. */
  readonly nft: readonly string[];
  /** The same for conntrack. */
  readonly conntrack: readonly string[];
}

const keys = [
  'socket',
  'socketGroup',
  'adminSocket',
  'state',
  'armed',
  'table',
  'services',
  'trusted',
  'longest',
  'mostAddresses',
  'networks',
  'pairing',
  'standing',
  'backend',
  'set',
  'ipset',
  'linger',
  'unban',
  'nft',
  'conntrack',
];
/** The dynamic ports of RFC 6335, section 6. */
const usualPairing: PairingPorts = { first: 49_152, last: 65_535 };
/** Fewer could be tried one after the other by somebody lucky. */
const fewestPairing = 1024;
const usually = (program: string): string[] =>
  ['/usr/sbin', '/sbin', '/usr/local/sbin'].map((folder) => join(folder, program));
/** Longer than the longest call that anybody would want to end by itself. Seconds. */
const longestLinger = 4 * 3600;

/** @throws ConfigError */
export function readConfig(source: string): HelperConfig {
  const fields = objectOf(parse(source), 'the file');
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(`There is no key "${unknown}"; allowed are ${keys.join(', ')}.`);
  }
  const services = servicesOf(fields['services']);
  const socket = socketPath(fields['socket'], 'socket');
  const adminSocket = socketPath(
    fields['adminSocket'] ?? join(dirname(socket), 'guard.sock'),
    'adminSocket',
  );
  const table =
    optionalWord(fields['table'], 'table', /^[a-z][a-z0-9_]{0,31}$/, 'a name of a–z, 0–9 and _') ??
    'dialgate';
  const longest = whole(fields['longest'], 'longest', 1, 31_536_000);
  const networks = yesOrNo(fields['networks'] ?? false, 'networks');
  if (adminSocket === socket) throw new ConfigError('adminSocket: must not be "socket" itself.');
  return {
    socket,
    adminSocket,
    state: path(fields['state'] ?? '/var/lib/dialgate-helper', 'state'),
    armed: yesOrNo(fields['armed'] ?? false, 'armed'),
    socketGroup: optionalWord(
      fields['socketGroup'],
      'socketGroup',
      /^[a-z_][a-z0-9_-]{0,31}$/,
      'a group name',
    ),
    table,
    services,
    trusted: trustedOf(fields['trusted'] ?? []),
    longest,
    mostAddresses: whole(fields['mostAddresses'], 'mostAddresses', 1, 20_000),
    networks,
    pairing: pairingOf(fields['pairing'] ?? usualPairing, services),
    standing: standingOf(fields['standing']),
    backend: backendOf(fields, { services, networks, longest, table }),
    unban: fields['unban'] === undefined ? undefined : socketPath(fields['unban'], 'unban'),
    linger: whole(fields['linger'] ?? 0, 'linger', 0, longestLinger),
    nft: placesOf(fields, 'nft'),
    conntrack: placesOf(fields, 'conntrack'),
  };
}

function placesOf(fields: Readonly<Record<string, unknown>>, program: string): string[] {
  const places = list(fields[program] ?? usually(program), program);
  return places.map((value) => path(value, program));
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
