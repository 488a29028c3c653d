import type { Family } from '../../firewall/wire-network.ts';
import type { HelperConfig } from '../config/config.ts';
import { families } from '../nft/lasting-lines.ts';
import { roomFor } from '../standing/room.ts';

/** Hosts that stand, to which service. */
export const standSet = (service: string, family: Family): string => `stand${family}_${service}`;

/** Networks that stand, with protocol and port. */
export const standNetSet = (family: Family): string => `standnet${family}`;

/** Hosts that stood, or stand for a time. */
export const stoodSet = (family: Family): string => `stood${family}`;

/** The same of networks. */
export const stoodNetSet = (family: Family): string => `stoodnet${family}`;

/** As `nft monitor` prints it when somebody takes out what stands; for grep -E. */
export const lossPattern = (table: string): string =>
  `^delete element inet ${table} stand(net)?[46]`;

/** What the guard's rules need for standing entries; nothing of it where there may be none. */
export interface StandingRules {
  readonly sets: string;
  readonly chains: string;
  /** Accepts who stands; what to do with the others follows it. */
  readonly gate: (service: string) => string;
  readonly way: (service: string) => string;
  /** A reply that may come in: not from one who gets in by elements alone. */
  readonly noReply: (family: Family) => string;
  /** Judges what leaves for one who gets in by elements alone. */
  readonly leaving: string;
}

const none: StandingRules = {
  sets: '',
  chains: '',
  gate: () => '',
  way: () => '',
  noReply: () => '',
  leaving: '',
};

/**
 * Hosts stand in hash sets, networks in interval sets of concatenated keys: a plain
 * interval set would be read whole by nft at each of its commands. A minute between
 * clearings is enough: what has ended does not match, whether it is cleared or not.
 */
export function standingRules({ services, standing: { most } }: HelperConfig): StandingRules {
  if (most === 0) return none;
  const ip = (family: Family): string => (family === 4 ? 'ip' : 'ip6');
  const type = (family: Family): string => (family === 4 ? 'ipv4_addr' : 'ipv6_addr');
  const both = (line: (family: Family) => string): string =>
    families.map((family) => `${line(family)}\n`).join('');
  const hash = (name: string, family: Family): string =>
    `  set ${name} { type ${type(family)}; flags timeout; gc-interval 60s; size ${roomFor(most)}; }`;
  return {
    sets: [
      both((family) => hash(stoodSet(family), family)),
      ...services.map(({ name }) => both((family) => hash(standSet(name, family), family))),
      both(
        (family) =>
          `  set ${standNetSet(family)} { type ${type(family)} . inet_proto . inet_service; flags interval,timeout; }`,
      ),
      both(
        (family) =>
          `  set ${stoodNetSet(family)} { type ${type(family)} . inet_proto; flags interval,timeout; }`,
      ),
    ].join(''),
    chains: `
  chain in_network {
${both((family) => `    ${ip(family)} saddr . meta l4proto . th dport @${standNetSet(family)} accept`)}  }
  chain to_network {
${both((family) => `    ${ip(family)} daddr . meta l4proto . th sport @${standNetSet(family)} accept`)}  }`,
    gate: (service) =>
      `${both((family) => `    ${ip(family)} saddr @${standSet(service, family)} accept`)}    jump in_network\n`,
    way: (service) =>
      `${both((family) => `    ${ip(family)} daddr @${standSet(service, family)} accept`)}    jump to_network\n`,
    noReply: (family) =>
      ` ${ip(family)} saddr != @${stoodSet(family)} ${ip(family)} saddr . meta l4proto != @${stoodNetSet(family)}`,
    leaving: both(
      (family) =>
        `    ${ip(family)} daddr @${stoodSet(family)} goto to_visitor\n    ${ip(family)} daddr . meta l4proto @${stoodNetSet(family)} goto to_visitor`,
    ),
  };
}
