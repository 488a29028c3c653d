import { contains, meet, networkOf, parseNetwork, type Address, type Network } from './address.ts';

/** Why an address may not be opened; each has its own spoken sentence. */
export type AddressRefusal = 'impossible' | 'private' | 'reserved' | 'own';

export interface AddressRules {
  /** The server's own addresses: opening them would mean nothing. */
  readonly own: readonly Address[];
  /** Networks that may be opened although they are private or reserved (a site-wide VPN, a lab). */
  readonly alsoAllowed: readonly Network[];
}

/**
 * Networks that can never be where a traveller is, from the IANA IPv4 and IPv6
 * Special-Purpose Address Registries (RFC 6890 and its updates) and RFC 1112.
 */
const special: readonly [string, AddressRefusal][] = [
  ['0.0.0.0/8', 'impossible'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private'],
  ['127.0.0.0/8', 'impossible'],
  ['169.254.0.0/16', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'reserved'],
  ['192.31.196.0/24', 'reserved'],
  ['192.52.193.0/24', 'reserved'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'reserved'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'reserved'],
  ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/4', 'reserved'],
  ['240.0.0.0/4', 'reserved'],
  ['::/127', 'impossible'],
  ['::ffff:0:0/96', 'impossible'],
  ['64:ff9b::/96', 'reserved'],
  ['64:ff9b:1::/48', 'private'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'reserved'],
  ['2002::/16', 'reserved'],
  ['2620:4f:8000::/48', 'reserved'],
  ['3fff::/20', 'reserved'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'private'],
];

/** All of IPv6 that has been given out for hosts (RFC 4291, section 2.4, and IANA's registry). */
const globalUnicast = '2000::/3';

function known(text: string): Network {
  const network = parseNetwork(text);
  if (!network) throw new Error(`special-purpose network ${text} is malformed`);
  return network;
}

const specialNetworks = special.map(([text, refusal]) => ({ network: known(text), refusal }));
const hosts = [known('0.0.0.0/0'), known(globalUnicast)];

/** `undefined` when the address may be opened, otherwise why not. */
export function refusalOf(address: Address, rules: AddressRules): AddressRefusal | undefined {
  // read once: a whitelist has a hundred thousand of them
  const here = networkOf(address);
  if (rules.own.some((own) => meet(networkOf(own), here))) return 'own';
  if (rules.alsoAllowed.some((allowed) => contains(allowed, here))) return undefined;
  const why = specialNetworks.find(({ network }) => contains(network, here))?.refusal;
  return why ?? (hosts.some((all) => contains(all, here)) ? undefined : 'reserved');
}

/**
 * Why a network may not be let in; `undefined` when it may. The whole of IPv4 or
 * IPv6 never may, and one that holds anything private, reserved or own only where
 * the site allows all of it.
 */
export function networkRefusalOf(
  network: Network,
  rules: AddressRules,
): AddressRefusal | 'everything' | undefined {
  const everything = network.size === (network.family === 6 ? 1n << 128n : 1n << 32n);
  if (everything) return 'everything';
  if (rules.alsoAllowed.some((allowed) => contains(allowed, network))) return undefined;
  if (rules.own.some((own) => meet(networkOf(own), network))) return 'own';
  const why = specialNetworks.find((special) => meet(special.network, network))?.refusal;
  return why ?? (hosts.some((all) => contains(all, network)) ? undefined : 'reserved');
}
