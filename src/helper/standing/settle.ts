import { isNetwork } from '../../firewall/wire-network.ts';
import { differences, networksOf, type Difference } from './differences.ts';
import { hostEdits, leftOf, stoodOf } from './host-edits.ts';
import type { StandingEdit, StandingNetwork, StandingPlace } from './place.ts';
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
  let networks = before === undefined;
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

/** Takes out who is to go, as far as that works, and puts nobody in. Never rejects. */
export async function dismiss(
  place: StandingPlace,
  { before = [], lines, stood: stoodNetworks, now }: Settling,
): Promise<void> {
  let networks = false;
  const hosts = function* (): Generator<Difference> {
    for (const difference of differences(before, lines)) {
      if (isNetwork(difference.target)) networks = true;
      else yield difference;
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
  if (!networks) return;
  const stay = staying(before, lines, now);
  await place.networks(stay, stoodNetworks.left(now)).catch(() => undefined);
}

/** Networks that are in both lists, with the services that they have in both. */
function staying(
  before: readonly string[],
  lines: readonly string[],
  now: number,
): StandingNetwork[] {
  const had = new Map(networksOf(before));
  return [...networksOf(lines)].flatMap(([network, ends]) => {
    const both = [...ends].filter(([service]) => had.get(network)?.has(service));
    const services = leftOf(new Map(both), now);
    return services.size > 0 ? [{ network, services }] : [];
  });
}

const noHosts: StandingEdit = { remove: new Map(), add: new Map(), stood: [] };
