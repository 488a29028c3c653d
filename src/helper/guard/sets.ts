import type { AddressKind } from '../../firewall/wire-address.ts';

export { addressOf, kinds } from '../nft/element-lines.ts';

/** Names a set by the kind of addresses in it. */
export type SetOf = (kind: AddressKind) => string;

/** Who may use a service now. */
export const openSet =
  (service: string): SetOf =>
  (kind) =>
    `open${kind}_${service}`;

/** Who may or might lately. */
export const visitedSet: SetOf = (kind) => `visited${kind}`;

/** Who was let in a short while ago, with the packets since: few, so that asking for them is cheap. */
export const freshSet: SetOf = (kind) => `fresh${kind}`;

const mask = 'ffff:ffff:ffff:ffff::';

/** The side of a packet that is looked for in sets of this kind. */
export function side(kind: AddressKind, which: 'saddr' | 'daddr'): string {
  if (kind === '4') return `ip ${which}`;
  return kind === '6' ? `ip6 ${which}` : `ip6 ${which} & ${mask}`;
}
