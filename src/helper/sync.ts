import type { WireLimits, WireOpened, WireOpening, WireReport } from '../firewall/wire.ts';
import { changesBetween, type Change } from '../firewall/wire-compare.ts';
import { Refused, sortOpenings } from '../firewall/wire-rules.ts';
import type { Edit, Timed } from './edit.ts';

export interface Sets {
  readonly list: () => Promise<WireOpened[]>;
  /** Carries out an edit that touches so many addresses, in one transaction. */
  readonly apply: (edit: Edit, addresses: number) => Promise<void>;
}

/** Addresses in one transaction: large enough to be quick, small enough not to hold up an open. */
const batch = 500;

/** Makes the sets match. A fault in one entry is reported and does not touch the others. */
export async function syncGate(
  openings: readonly WireOpening[],
  limits: WireLimits,
  sets: Sets,
): Promise<WireReport> {
  const { good, failed } = sortOpenings(openings, limits);
  const changes = changesBetween(await sets.list(), good);
  // what nobody wants goes first: it frees the slots for what is wanted
  changes.sort((a, b) => a.open.length - b.open.length);
  const done: Change[] = [];
  for (let at = 0; at < changes.length; at += batch) {
    done.push(...(await applyAll(changes.slice(at, at + batch), sets, failed)));
  }
  const wanted = new Set(good.map(({ address }) => address));
  const addresses = done.map(({ address }) => address);
  return {
    opened: addresses.filter((address) => wanted.has(address)),
    closed: addresses.filter((address) => !wanted.has(address)),
    failed,
  };
}

/** When the kernel refuses a batch, its halves are tried, down to the entry at fault. */
async function applyAll(
  changes: readonly Change[],
  sets: Sets,
  failed: { address: string; reason: string }[],
): Promise<readonly Change[]> {
  try {
    await sets.apply(editOf(changes), changes.length);
    return changes;
  } catch (error) {
    if (!(error instanceof Refused) || error.code === 'unconfirmed') throw error;
    const [only] = changes;
    if (changes.length === 1 && only) {
      failed.push({ address: only.address, reason: error.message });
      return [];
    }
    const half = Math.ceil(changes.length / 2);
    return [
      ...(await applyAll(changes.slice(0, half), sets, failed)),
      ...(await applyAll(changes.slice(half), sets, failed)),
    ];
  }
}

function editOf(changes: readonly Change[]): Edit {
  const renew = new Map<string, Timed[]>();
  const remove = new Map<string, string[]>();
  const visits: Timed[] = [];
  for (const { address, open, shut, until } of changes) {
    if (open.length > 0) visits.push({ address, seconds: until });
    for (const { service, seconds } of open) {
      push(renew, service, { address, seconds });
    }
    for (const service of shut) push(remove, service, address);
  }
  // what it counted is over: the services' sets count alone
  const stale = changes.map(({ address }) => address);
  // the kernel has just listed them
  return { renew, remove, ends: remove, visits, fresh: [], stale };
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
