import type { Timed } from '../edit.ts';
import type { Difference, Ends } from './differences.ts';
import type { Lasting, StandingEdit } from './place.ts';

/** Elements in one transaction: many, to be quick, but not so many that an open waits long for it. */
const usualBatch = 15_000;

/** How long a host that stood gets in by its elements alone. Seconds; see guard/ruleset.ts. */
export const stoodFor = 24 * 3600;

/** Whether an end, in Unix seconds and 0 for never, is still to come. */
const lasts = (until: number | undefined, now: number): until is number =>
  until === 0 || (until !== undefined && until > now);

const secondsTo = (until: number, now: number): number | undefined =>
  until === 0 ? undefined : until - now;

/** The time left, in seconds, of services that have any; undefined is for good. */
export function leftOf(ends: Ends, now: number): Map<string, number | undefined> {
  return new Map(
    [...ends]
      .filter(([, until]) => lasts(until, now))
      .map(([service, until]) => [service, secondsTo(until, now)]),
  );
}

/**
 * For how long, in seconds, a target shall get in by its elements alone: where it
 * loses something now, or will at a time that is known. Undefined: never.
 */
export function stoodOf({ had, wanted }: Difference, now: number): number | undefined {
  let latest: number | undefined;
  for (const service of had.keys()) if (!lasts(wanted.get(service), now)) latest ??= now;
  for (const until of wanted.values()) if (until > now) latest = Math.max(latest ?? now, until);
  return latest === undefined ? undefined : latest - now + stoodFor;
}

/** The edits that carry out what differs in hosts, a transaction each. `now` in Unix seconds. */
export function* hostEdits(
  differences: Iterable<Difference>,
  now: number,
  batch = usualBatch,
): Generator<StandingEdit> {
  let edit = empty();
  for (const difference of differences) {
    edit.take(difference, now);
    if (edit.size < batch) continue;
    yield edit;
    edit = empty();
  }
  if (edit.size > 0) yield edit;
}

interface GrowingEdit extends StandingEdit {
  readonly size: number;
  take(difference: Difference, now: number): void;
}

function empty(): GrowingEdit {
  const remove = new Map<string, string[]>();
  const add = new Map<string, Lasting[]>();
  const stood: Timed[] = [];
  let size = 0;
  return {
    remove,
    add,
    stood,
    get size() {
      return size;
    },
    take(difference, now) {
      const { target, had, wanted } = difference;
      const isSame = (service: string): boolean =>
        lasts(wanted.get(service), now) && had.get(service) === wanted.get(service);
      for (const service of had.keys()) {
        if (isSame(service)) continue;
        push(remove, service, target);
        size++;
      }
      for (const [service, until] of wanted) {
        if (!lasts(until, now) || isSame(service)) continue;
        push(add, service, { address: target, seconds: secondsTo(until, now) });
        size++;
      }
      const seconds = stoodOf(difference, now);
      if (seconds !== undefined) stood.push({ address: target, seconds });
    },
  };
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
