import type { Edit, Timed } from '../edit.ts';
import { creation, removal, renewal, type On } from '../nft/element-lines.ts';
import { lingerLines } from './linger.ts';
import { memory } from './ruleset.ts';
import { freshSet, openSet, visitedSet, type SetOf } from './sets.ts';

/** One line for NftShell, thus one transaction. Addresses and services must have been checked. */
export function editLine(table: string, edit: Edit, linger: number): string {
  const on = within(table);
  // removals first: they free slots for what comes after them
  return [
    ...[...edit.remove].flatMap(([service, gone]) => removal(on(openSet(service)), gone)),
    ...removal(on(freshSet), edit.stale),
    ...[...edit.renew].flatMap(([service, timed]) => renewal(on(openSet(service)), timed)),
    ...renewal(on(visitedSet), remembered(edit.visits)),
    ...renewal(on(freshSet), edit.fresh),
    ...lingerLines(on, edit, linger),
  ].join('; ');
}

/**
 * The same for an address that should have no elements yet, in a third of the
 * words, which a traveller notices: create fails, and changes nothing, where
 * there is one after all. A newcomer should not even be remembered.
 */
export function firstEditLine(
  table: string,
  edit: Edit,
  newcomer: boolean,
  linger: number,
): string {
  const on = within(table);
  const remember = newcomer ? creation : renewal;
  return [
    ...[...edit.renew].flatMap(([service, timed]) => creation(on(openSet(service)), timed)),
    ...remember(on(visitedSet), remembered(edit.visits)),
    ...remember(on(freshSet), edit.fresh),
    ...lingerLines(on, { ...edit, ends: new Map() }, linger),
  ].join('; ');
}

/** Names a set of the guard's table. */
export const within =
  (table: string) =>
  (setOf: SetOf): On =>
  (kind) =>
    `inet ${table} ${setOf(kind)}`;

const remembered = (visits: readonly Timed[]): Timed[] =>
  visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory }));
