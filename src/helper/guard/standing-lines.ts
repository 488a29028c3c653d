import type { Family } from '../../firewall/wire-network.ts';
import { portKey } from '../config/ports.ts';
import type { ServicePorts } from '../config/services.ts';
import {
  creation,
  editLines,
  families,
  filling,
  quickEditLines,
  ranges,
  renewal,
  type On,
} from '../nft/lasting-lines.ts';
import type { StandingEdit, StandingNetwork, StoodNetwork } from '../standing/place.ts';
import { standNetSet, standSet, stoodNetSet, stoodSet } from './standing-rules.ts';

/**
 * The edit in few words, one transaction: fails, and changes nothing, where an element
 * is not there that should be, or one is that should not.
 */
export function quickHostLines(table: string, edit: StandingEdit): string[] {
  return [
    ...quickEditLines(hostSet(table), edit),
    ...creation(within(table, stoodSet), edit.stood),
  ];
}

/** The same whatever is there. `withStood`: whether there is room to remember who stood. */
export function hostLines(
  table: string,
  services: readonly ServicePorts[],
  edit: StandingEdit,
  anew: boolean,
  withStood: boolean,
): string[] {
  const emptied = services.flatMap(({ name }) =>
    families.map((family) => `flush set ${hostSet(table)(name)(family)}`),
  );
  return [
    ...(anew ? emptied : []),
    ...editLines(hostSet(table), edit),
    ...(withStood ? renewal(within(table, stoodSet), edit.stood) : []),
  ];
}

export function networkLines(
  table: string,
  services: readonly ServicePorts[],
  all: readonly StandingNetwork[],
  stood: readonly StoodNetwork[],
): string[] {
  const sets = [within(table, standNetSet), within(table, stoodNetSet)] as const;
  const stand = services.flatMap(({ name, ports }) => {
    const some = all
      .filter((one) => one.services.has(name))
      .map((one) => ({ network: one.network, seconds: one.services.get(name) }));
    return ranges(some, ports.map(portKey));
  });
  return [
    ...families.flatMap((family) => sets.map((on) => `flush set ${on(family)}`)),
    ...filling(sets[0], stand),
    ...filling(sets[1], ranges(stood, ['tcp', 'udp'])),
  ];
}

const within =
  (table: string, setOf: (family: Family) => string): On =>
  (family) =>
    `inet ${table} ${setOf(family)}`;

const hostSet =
  (table: string) =>
  (service: string): On =>
    within(table, (family) => standSet(service, family));
