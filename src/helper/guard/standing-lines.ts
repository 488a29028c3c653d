import { familyOf, hostText, readNetwork, type Family } from '../../firewall/wire-network.ts';
import type { ServicePorts } from '../config/services.ts';
import { portKey } from '../config/ports.ts';
import type { Lasting, StandingEdit, StandingNetwork, StoodNetwork } from '../standing/place.ts';
import { disjoint } from './ranges.ts';
import { families, standNetSet, standSet, stoodNetSet, stoodSet } from './standing-rules.ts';

/** Of a set's name, its family left open. */
type SetOf = (family: Family) => string;

/**
 * The edit in few words, one transaction: fails, and changes nothing, where an element
 * is not there that should be, or one is that should not.
 */
export function quickHostLines(table: string, edit: StandingEdit): string[] {
  return [
    ...[...edit.remove].flatMap(([service, gone]) =>
      line('delete', table, setOf(service), elementsOf(gone)),
    ),
    ...[...edit.add].flatMap(([service, some]) => addition(table, setOf(service), some)),
    ...line('create', table, stoodSet, lastingElements(edit.stood)),
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
    families.map((family) => `flush set inet ${table} ${standSet(name, family)}`),
  );
  return [
    ...(anew ? emptied : []),
    ...[...edit.remove].flatMap(([service, gone]) => removal(table, setOf(service), gone)),
    ...[...edit.add].flatMap(([service, some]) => addition(table, setOf(service), some)),
    ...(withStood ? renewal(table, stoodSet, edit.stood) : []),
  ];
}

export function networkLines(
  table: string,
  services: readonly ServicePorts[],
  all: readonly StandingNetwork[],
  stood: readonly StoodNetwork[],
): string[] {
  const flush = (set: string): string => `flush set inet ${table} ${set}`;
  const stand = services.flatMap(({ name, ports }) => {
    const some = all
      .filter((one) => one.services.has(name))
      .map((one) => ({ network: one.network, seconds: one.services.get(name) }));
    return ranges(some, ports.map(portKey));
  });
  return [
    ...families.flatMap((family) => [flush(standNetSet(family)), flush(stoodNetSet(family))]),
    ...filling(table, standNetSet, stand),
    ...filling(table, stoodNetSet, ranges(stood, ['tcp', 'udp'])),
  ];
}

const setOf =
  (service: string): SetOf =>
  (family) =>
    standSet(service, family);

interface Element {
  readonly family: Family;
  readonly text: string;
}

/** Elements of networks, each with each of the keys behind it. */
function ranges(
  networks: readonly { readonly network: string; readonly seconds: number | undefined }[],
  keys: readonly string[],
): Element[] {
  return families.flatMap((family) => {
    const some = networks.flatMap(({ network, seconds }) => {
      const read = familyOf(network) === family ? readNetwork(network) : undefined;
      return read ? [{ first: read.first, last: read.last, seconds }] : [];
    });
    return disjoint(some).flatMap(({ first, last, seconds }) => {
      const hosts = [first, ...(last > first ? [last] : [])].map((bits) => hostText(bits, family));
      return keys.map((key) => ({
        family,
        text: `${hosts.join('-')} . ${key}${lasting(seconds)}`,
      }));
    });
  });
}

function filling(table: string, set: SetOf, elements: readonly Element[]): string[] {
  return line('add', table, set, elements);
}

function addition(table: string, set: SetOf, hosts: readonly Lasting[]): string[] {
  return line('add', table, set, lastingElements(hosts));
}

/** A delete of what is not there fails the whole transaction, so it is put there first. */
function removal(table: string, set: SetOf, hosts: readonly string[]): string[] {
  const elements = elementsOf(hosts);
  return [...line('add', table, set, elements), ...line('delete', table, set, elements)];
}

const elementsOf = (hosts: readonly string[]): Element[] =>
  hosts.map((host) => ({ family: familyOf(host), text: host }));

const lastingElements = (hosts: readonly Lasting[]): Element[] =>
  hosts.map(({ address, seconds }) => ({
    family: familyOf(address),
    text: `${address}${lasting(seconds)}`,
  }));

/** A plain add of a live element leaves its time as it is on older kernels. */
function renewal(table: string, set: SetOf, hosts: readonly Lasting[]): string[] {
  const names = hosts.map(({ address }) => address);
  return [...removal(table, set, names), ...addition(table, set, hosts)];
}

function line(
  verb: 'add' | 'create' | 'delete',
  table: string,
  set: SetOf,
  elements: readonly Element[],
): string[] {
  return families.flatMap((family) => {
    const texts = elements.filter((one) => one.family === family).map(({ text }) => text);
    if (texts.length === 0) return [];
    return `${verb} element inet ${table} ${set(family)} { ${texts.join(', ')} }`;
  });
}

/** In days and seconds, because nft takes no number over eight digits. Never longer than asked. */
function lasting(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const whole = Math.max(1, Math.floor(seconds));
  return ` timeout ${Math.floor(whole / 86_400)}d${whole % 86_400}s`;
}
