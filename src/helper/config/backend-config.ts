import { ConfigError, objectOf, whole } from './config-values.ts';
import type { ServicePorts } from './services.ts';

/** The administrator's sets of one service, by the kind of addresses in them. */
export interface SetNames {
  readonly '4': string;
  readonly '6': string | undefined;
  /** Of /64 networks, by their first address. */
  readonly '6net': string | undefined;
}

/** Which way the host's firewall is fitted, and what that way needs. */
export type BackendConfig =
  | { readonly kind: 'guard' }
  | {
      readonly kind: 'set';
      readonly family: string;
      readonly table: string;
      /** By service. */
      readonly sets: ReadonlyMap<string, SetNames>;
    }
  | { readonly kind: 'ipset'; readonly prefix: string };

const kinds = ['guard', 'set', 'ipset'];
/** Of ipset(8): over 24 days no element can last. Seconds. */
const longestOfIpset = 2_147_483;

/**
 * Reads "backend", "set" and "ipset".
 * @throws ConfigError
 */
export function backendOf(
  fields: Readonly<Record<string, unknown>>,
  limits: {
    readonly services: readonly ServicePorts[];
    readonly networks: boolean;
    readonly longest: number;
    readonly table: string;
  },
): BackendConfig {
  const kind = fields['backend'] ?? 'guard';
  const other = kinds.find((one) => one !== kind && fields[one] !== undefined);
  if (other !== undefined) {
    throw new ConfigError(
      `${other}: is there, but "backend" is ${JSON.stringify(kind)}; keep one of them.`,
    );
  }
  switch (kind) {
    case 'guard':
      return { kind: 'guard' };
    case 'set':
      return setsOf(fields['set'], limits);
    case 'ipset':
      whole(limits.longest, 'longest', 1, longestOfIpset);
      return { kind: 'ipset', prefix: prefixOf(fields['ipset'] ?? {}) };
    default:
      throw new ConfigError(`backend: must be one of ${kinds.join(', ')}.`);
  }
}

function setsOf(
  value: unknown,
  limits: {
    readonly services: readonly ServicePorts[];
    readonly networks: boolean;
    readonly table: string;
  },
): BackendConfig {
  const fields = objectOf(value ?? {}, 'set');
  only(fields, ['table', 'sets'], 'set');
  const words = typeof fields['table'] === 'string' ? fields['table'].split(' ') : [];
  const [family = '', table = '', ...more] = words;
  if (!['inet', 'ip', 'ip6'].includes(family) || !isName(table) || more.length > 0) {
    throw new ConfigError('set.table: must be family and name of a table, such as "inet filter".');
  }
  if (table === limits.table) {
    throw new ConfigError(
      `set.table: ${table} is the helper's own name ("table"); name the table of your own rules.`,
    );
  }
  const sets = objectOf(fields['sets'], 'set.sets');
  const known = limits.services.map(({ name }) => name);
  only(sets, known, 'set.sets');
  const named = known.map((service): [string, SetNames] => [
    service,
    namesOf(sets[service], `set.sets.${service}`, limits.networks),
  ]);
  const all = named.flatMap(([, names]) => Object.values(names).filter((n) => n !== undefined));
  const twice = all.find((name, at) => all.indexOf(name) < at);
  if (twice !== undefined) {
    throw new ConfigError(`set.sets: ${twice} is named twice; each service has sets of its own.`);
  }
  return { kind: 'set', family, table, sets: new Map(named) };
}

function namesOf(value: unknown, key: string, networks: boolean): SetNames {
  const fields = objectOf(value ?? {}, key);
  only(fields, ['ipv4', 'ipv6', 'ipv6net'], key);
  const name = (field: string): string | undefined => {
    const text = fields[field];
    if (text === undefined) return undefined;
    if (typeof text === 'string' && isName(text)) return text;
    throw new ConfigError(`${key}.${field}: must be the name of a set, such as "dialgate_sip4".`);
  };
  const four = name('ipv4');
  if (four === undefined) {
    throw new ConfigError(`${key}: must name a set, such as {"ipv4": "dialgate_sip4"}.`);
  }
  if (networks && name('ipv6net') === undefined) {
    throw new ConfigError(`${key}.ipv6net: must name a set, because "networks" is true.`);
  }
  return { '4': four, '6': name('ipv6'), '6net': name('ipv6net') };
}

function prefixOf(value: unknown): string {
  const fields = objectOf(value, 'ipset');
  only(fields, ['prefix'], 'ipset');
  const prefix = fields['prefix'] ?? 'dialgate';
  // with a service's name of 16 and the family it must fit into 31, ipset's own limit
  if (typeof prefix !== 'string' || !/^[a-z][a-z0-9]{0,11}$/.test(prefix)) {
    throw new ConfigError('ipset.prefix: must be a name of a–z and 0–9, at most 12 long.');
  }
  return prefix;
}

function only(fields: object, allowed: readonly string[], key: string): void {
  const unknown = Object.keys(fields).find((one) => !allowed.includes(one));
  if (unknown !== undefined) {
    throw new ConfigError(
      `${key}: there is no key "${unknown}"; allowed are ${allowed.join(', ')}.`,
    );
  }
}

const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(text);
