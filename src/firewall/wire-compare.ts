import type { WireOpening, WireService } from './wire.ts';

/** Kernel and database count on different clocks; this much apart is equal. Seconds. */
export const tolerance = 5;

/** What to do at one address: services to (re)open with their seconds, and services to shut. */
export interface Change {
  readonly address: string;
  readonly open: readonly WireService[];
  readonly shut: readonly string[];
  /** The longest that any wanted service shall last, in seconds; 0 when none is wanted. */
  readonly until: number;
}

/** The changes that make `current` match `desired`; addresses that match are not among them. */
export function changesBetween(
  current: readonly WireOpening[],
  desired: readonly WireOpening[],
): Change[] {
  const wanted = new Map(desired.map((opening) => [opening.address, opening.services]));
  const present = new Map(current.map((opening) => [opening.address, opening.services]));
  return [...new Set([...wanted.keys(), ...present.keys()])]
    .map((address) => changeAt(address, present.get(address) ?? [], wanted.get(address) ?? []))
    .filter((change) => change.open.length > 0 || change.shut.length > 0);
}

function changeAt(
  address: string,
  present: readonly WireService[],
  wanted: readonly WireService[],
): Change {
  const left = new Map(present.map(({ service, seconds }) => [service, seconds]));
  return {
    address,
    open: wanted.filter(({ service, seconds }) => {
      const now = left.get(service);
      return now === undefined || Math.abs(now - seconds) > tolerance;
    }),
    until: Math.max(0, ...wanted.map(({ seconds }) => seconds)),
    shut: [...left.keys()].filter((name) => !wanted.some(({ service }) => service === name)),
  };
}
