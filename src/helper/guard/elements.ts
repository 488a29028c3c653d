import type { WireOpened } from '../../firewall/wire.ts';
import { kindOf, type AddressKind } from '../../firewall/wire-address.ts';
import type { Listed } from '../nft/nft-list.ts';
import type { Edit, Timed } from '../edit.ts';
import { memory } from './ruleset.ts';
import { addressOf, freshSet, keyOf, kinds, openSet, visitedSet, type SetOf } from './sets.ts';

/** One line for NftShell, thus one transaction. Addresses and services must have been checked. */
export function editLine(table: string, edit: Edit): string {
  // removals first: they free slots for what comes after them
  return [
    ...[...edit.remove].flatMap(([service, gone]) => removal(table, openSet(service), gone)),
    ...removal(table, freshSet, edit.stale),
    ...[...edit.renew].flatMap(([service, timed]) => renewal(table, openSet(service), timed)),
    ...renewal(table, visitedSet, remembered(edit.visits)),
    ...renewal(table, freshSet, edit.fresh),
  ].join('; ');
}

/**
 * The same for an address that should have no elements yet, in a third of the
 * words, which a traveller notices: create fails, and changes nothing, where
 * there is one after all. A newcomer should not even be remembered.
 */
export function firstEditLine(table: string, edit: Edit, newcomer: boolean): string {
  const remember = newcomer ? creation : renewal;
  return [
    ...[...edit.renew].flatMap(([service, timed]) => creation(table, openSet(service), timed)),
    ...remember(table, visitedSet, remembered(edit.visits)),
    ...remember(table, freshSet, edit.fresh),
  ].join('; ');
}

const remembered = (visits: readonly Timed[]): Timed[] =>
  visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory }));

const timedList = (elements: readonly Timed[]): string =>
  elements
    .map(({ address, seconds }) => `${keyOf(address)} timeout ${timeText(seconds)}`)
    .join(', ');

function creation(table: string, setOf: SetOf, elements: readonly Timed[]): string[] {
  return byKind(elements).map(
    ([kind, some]) => `create element inet ${table} ${setOf(kind)} { ${timedList(some)} }`,
  );
}

/**
 * Add, delete, add: a plain add of a live element leaves its timeout as it is on
 * older kernels. The first makes sure that there is something to delete. Between
 * them no packet sees the set: it is one transaction.
 */
function renewal(table: string, setOf: SetOf, elements: readonly Timed[]): string[] {
  return byKind(elements).flatMap(([kind, some]) => {
    const timed = timedList(some);
    const bare = some.map(({ address }) => keyOf(address)).join(', ');
    const on = `element inet ${table} ${setOf(kind)}`;
    return [`add ${on} { ${timed} }`, `delete ${on} { ${bare} }`, `add ${on} { ${timed} }`];
  });
}

/** A delete of what is not there fails the whole transaction, so it is put there first. */
function removal(table: string, setOf: SetOf, addresses: readonly string[]): string[] {
  const elements = addresses.map((address) => ({ address, seconds: 1 }));
  return byKind(elements).flatMap(([, some]) => renewal(table, setOf, some).slice(0, 2));
}

function byKind(elements: readonly Timed[]): [AddressKind, Timed[]][] {
  return kinds
    .map((kind): [AddressKind, Timed[]] => [
      kind,
      elements.filter(({ address }) => kindOf(address) === kind),
    ])
    .filter(([, some]) => some.length > 0);
}

/** nft takes no number over eight digits, so not everything in milliseconds. Never longer than asked. */
export function timeText(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${whole}s${Math.floor((seconds - whole) * 1000)}ms`;
}

/** One set of a service, as listed. */
export interface ServiceList {
  readonly service: string;
  readonly kind: AddressKind;
  readonly elements: readonly Listed[];
}

/** Puts the lists of the services' sets together, an entry for each address. */
export function openedOf(lists: readonly ServiceList[]): WireOpened[] {
  const byAddress = new Map<string, WireOpened['services'][number][]>();
  for (const { service, kind, elements } of lists) {
    for (const { key, seconds, packets } of elements) {
      const address = addressOf(key, kind);
      const services = byAddress.get(address) ?? [];
      byAddress.set(address, services);
      services.push({ service, seconds, packets });
    }
  }
  return [...byAddress].map(([address, services]) => ({ address, services }));
}
