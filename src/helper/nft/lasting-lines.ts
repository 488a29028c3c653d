import { familyOf, hostText, readNetwork, type Family } from '../../firewall/wire-network.ts';
import type { Lasting, StandingEdit } from '../standing/place.ts';
import { disjoint } from './ranges.ts';

export const families: readonly Family[] = [4, 6];

/** Names a set by the family of what is in it, as `inet TABLE SET`. */
export type On = (family: Family) => string;

export interface Element {
  readonly family: Family;
  readonly text: string;
}

/** An edit of hosts in few words: fails where an element is not there that should be, or one is that should not. */
export function quickEditLines(on: (service: string) => On, edit: StandingEdit): string[] {
  return [
    ...[...edit.remove].flatMap(([service, gone]) => line('delete', on(service), elementsOf(gone))),
    ...[...edit.add].flatMap(([service, some]) => addition(on(service), some)),
  ];
}

/** The same whatever is there. */
export function editLines(on: (service: string) => On, edit: StandingEdit): string[] {
  return [
    ...[...edit.remove].flatMap(([service, gone]) => removal(on(service), gone)),
    ...[...edit.add].flatMap(([service, some]) => addition(on(service), some)),
  ];
}

export function creation(on: On, hosts: readonly Lasting[]): string[] {
  return line('create', on, lastingElements(hosts));
}

/** A plain add of a live element leaves its time as it is on older kernels. */
export function renewal(on: On, hosts: readonly Lasting[]): string[] {
  const names = hosts.map(({ address }) => address);
  return [...removal(on, names), ...addition(on, hosts)];
}

/** Fails where one overlaps with another that is there. */
export function filling(on: On, elements: readonly Element[]): string[] {
  return line('add', on, elements);
}

/** Elements of networks, each with each of the keys behind it. */
export function ranges(
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

function addition(on: On, hosts: readonly Lasting[]): string[] {
  return line('add', on, lastingElements(hosts));
}

/** A delete of what is not there fails the whole transaction, so it is put there first. */
function removal(on: On, hosts: readonly string[]): string[] {
  const elements = elementsOf(hosts);
  return [...line('add', on, elements), ...line('delete', on, elements)];
}

const elementsOf = (hosts: readonly string[]): Element[] =>
  hosts.map((host) => ({ family: familyOf(host), text: host }));

const lastingElements = (hosts: readonly Lasting[]): Element[] =>
  hosts.map(({ address, seconds }) => ({
    family: familyOf(address),
    text: `${address}${lasting(seconds)}`,
  }));

function line(verb: 'add' | 'create' | 'delete', on: On, elements: readonly Element[]): string[] {
  return families.flatMap((family) => {
    const texts = elements.filter((one) => one.family === family).map(({ text }) => text);
    if (texts.length === 0) return [];
    return `${verb} element ${on(family)} { ${texts.join(', ')} }`;
  });
}

/** In days and seconds, because nft takes no number over eight digits. Never longer than asked. */
function lasting(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const whole = Math.max(1, Math.floor(seconds));
  return ` timeout ${Math.floor(whole / 86_400)}d${whole % 86_400}s`;
}
