import { isNetwork } from '../../firewall/wire-network.ts';
import { differences, networksOf, type Difference } from './differences.ts';
import { hostEdits, leftOf, stoodOf } from './host-edits.ts';
import type { StandingEdit, StandingPlace } from './place.ts';
import type { StoodNetworks } from './stood-networks.ts';

export interface Settling {
  /** What the kernel has; undefined when nobody knows. */
  readonly before: readonly string[] | undefined;
  readonly lines: readonly string[];
  readonly stood: StoodNetworks;
  /** Unix seconds. */
  readonly now: number;
}

/** Carries out what differs. Rejects when it could not: then nobody knows what stands. */
export async function settle(
  place: StandingPlace,
  { before, lines, stood, now }: Settling,
): Promise<void> {
  let networks = before === undefined || before.length === 0;
  const notingNetworks = function* (): Generator<Difference> {
    for (const difference of differences(before ?? [], lines)) {
      if (!isNetwork(difference.target)) {
        yield difference;
        continue;
      }
      networks = true;
      const seconds = stoodOf(difference, now);
      if (seconds !== undefined) stood.note(difference.target, now + seconds);
    }
  };
  if (before) {
    let underWay: Promise<void> = Promise.resolve();
    for (const edit of hostEdits(notingNetworks(), now)) {
      // the next edit is put together while nft is at work on the one before it
      await underWay;
      underWay = place.hosts(edit, false);
      underWay.catch(() => undefined); // awaited above or below
    }
    await underWay;
  } else {
    // in one piece, so that nobody who is to stay is cut for a moment
    const [whole = noHosts] = hostEdits(notingNetworks(), now, Infinity);
    await place.hosts(whole, true);
  }
  if (!networks) return;
  const all = [...networksOf(lines)].map(([network, ends]) => ({
    network,
    services: leftOf(ends, now),
  }));
  await place.networks(all, stood.left(now));
}

/** Takes out the hosts that are to go, as far as that works, and puts nobody in. Never rejects. */
export async function dismiss(
  place: StandingPlace,
  { before = [], lines, now }: Settling,
): Promise<void> {
  const hosts = function* (): Generator<Difference> {
    for (const difference of differences(before, lines)) {
      if (!isNetwork(difference.target)) yield difference;
    }
  };
  for (const { remove, add, stood } of hostEdits(hosts(), now)) {
    const staying = new Map(
      [...add].map(([service, some]) => [service, new Set(some.map(({ address }) => address))]),
    );
    const gone = [...remove].map(([service, some]): [string, string[]] => [
      service,
      some.filter((host) => !staying.get(service)?.has(host)),
    ]);
    await place.hosts({ remove: new Map(gone), add: new Map(), stood }, false).catch(() => {
      // it is tried again with everything else, which says why it fails
    });
  }
}

const noHosts: StandingEdit = { remove: new Map(), add: new Map(), stood: [] };
