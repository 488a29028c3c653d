import { kindOf, type AddressKind } from '../../firewall/wire-address.ts';
import type { Timed } from '../edit.ts';

/** Every address is looked up in a set of its kind: hash sets all, for a host and for a /64 alike. */
export const kinds: readonly AddressKind[] = ['4', '6', '6net'];

/** Names a set by the kind of addresses in it, as `inet TABLE SET`. */
export type On = (kind: AddressKind) => string;

/** An address as it stands in its set: a /64 by its first address. */
export const keyOf = (address: string): string => address.replace(/\/64$/, '');

/** An address from how it stands in its set. */
export const addressOf = (key: string, kind: AddressKind): string =>
  kind === '6net' ? `${key}/64` : key;

const timedList = (elements: readonly Timed[]): string =>
  elements
    .map(({ address, seconds }) => `${keyOf(address)} timeout ${timeText(seconds)}`)
    .join(', ');

/** Fails, and changes nothing, where one of them is there already. */
export function creation(on: On, elements: readonly Timed[]): string[] {
  return byKind(elements).map(
    ([kind, some]) => `create element ${on(kind)} { ${timedList(some)} }`,
  );
}

/**
 * Add, delete, add: a plain add of a live element leaves its timeout as it is on
 * older kernels. The first makes sure that there is something to delete. Between
 * them no packet sees the set: it is one transaction.
 */
export function renewal(on: On, elements: readonly Timed[]): string[] {
  return byKind(elements).flatMap(([kind, some]) => {
    const timed = timedList(some);
    const bare = some.map(({ address }) => keyOf(address)).join(', ');
    const at = `element ${on(kind)}`;
    return [`add ${at} { ${timed} }`, `delete ${at} { ${bare} }`, `add ${at} { ${timed} }`];
  });
}

/** A delete of what is not there fails the whole transaction, so it is put there first. */
export function removal(on: On, addresses: readonly string[]): string[] {
  const elements = addresses.map((address) => ({ address, seconds: 1 }));
  return byKind(elements).flatMap(([, some]) => renewal(on, some).slice(0, 2));
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
