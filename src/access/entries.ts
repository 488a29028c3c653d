import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import type { Actor } from '../domain/attempt.ts';
import { targetText, type Entry, type EntrySettings, type Standing } from '../domain/entry.ts';
import type {
  EntryPage,
  EntryStore,
  Firewall,
  FirewallLimits,
  StandReport,
} from '../domain/ports.ts';
import {
  after,
  systemTimer,
  type Clock,
  type Instant,
  type Seconds,
  type Timer,
} from '../domain/time.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createBatch } from './standing/batch.ts';
import { checkAgainst, checkSettings } from './standing/checks.ts';
import { createDesiredStanding } from './standing/desired.ts';
import { entriesLettingIn, type LettingIn } from './standing/letting-in.ts';
import { createSettledClock } from './standing/settled-clock.ts';
import type {
  BatchOutcome,
  EntryRules,
  NewEntryRequest,
  SeenEntry,
  WantedSettings,
} from './standing/wanted.ts';
import { audited, full, mostEntries, newEntry, onRecord } from './standing/new-entry.ts';

export type * from './standing/wanted.ts';

export interface EntriesParts {
  readonly store: EntryStore;
  readonly firewall: Pick<Firewall, 'limits'>;
  readonly clock: Clock;
  readonly rules: EntryRules;
  readonly timer?: Timer;
  /** A clock that nobody can set; milliseconds. */
  readonly steady?: () => number;
}

/** The standing entries. Rejections are AccessError. */
export interface Entries {
  list(page: EntryPage): Promise<SeenEntry[]>;
  /** @throws AccessError `not-found`. */
  named(label: string): Promise<SeenEntry>;
  /**
   * @throws AccessError `invalid`, `address-refused` (what may never be let in, or is
   *   too wide), `conflict` (the label is taken, or there are too many), `firewall-refused`
   *   (the helper keeps none).
   */
  add(request: NewEntryRequest, by: Actor): Promise<SeenEntry>;
  /**
   * Adds what may be added, and tells what became of each, in order: one that is
   * refused costs no other. Given again, it changes nothing.
   */
  addAll(requests: readonly NewEntryRequest[], by: Actor): Promise<BatchOutcome[]>;
  /** @throws AccessError as `add`, and `not-found`. */
  change(label: string, wanted: WantedSettings, by: Actor): Promise<SeenEntry>;
  /** @throws AccessError `not-found`. */
  remove(label: string, by: Actor): Promise<SeenEntry>;
  /** Those that let an address in now, oldest first. */
  lettingIn(address: Address): Promise<LettingIn[]>;
  /** What the gate shall let in now; the same list as long as nothing has changed. */
  standing(): Promise<readonly Standing[]>;
  /** Takes note of what became of it; adds what there was no room for. */
  stood(report: StandReport): StandReport;
  /** Called when there is something new to let in, or to let in no more. */
  onChanged(listener: () => void): void;
}

/** Batches follow each other: the gate is told when no more have come for a while, but not too late. */
const gather: Seconds = 1;
const longestGather: Seconds = 10;
/** Nobody asks a helper that has not answered again within this. */
const awayFor: Seconds = 10;

export function createEntries(parts: EntriesParts): Entries {
  const { store, firewall, clock, rules, timer = systemTimer } = parts;
  const steady = parts.steady ?? (() => performance.now());
  // two at once must not make together what neither may alone
  const changing = oneAtATime();
  const listeners: (() => void)[] = [];
  let refused = new Map<string, string>();
  let awayAt: Instant = -Infinity;
  let telling: { readonly since: number; readonly timer: { cancel(): void } } | undefined;
  const batch = createBatch(store, clock, rules);
  const desired = createDesiredStanding({
    store,
    clock,
    settled: createSettledClock(clock, steady),
    usualServices: rules.services,
    most: async () => (await limits())?.standing?.most,
  });

  function changed(): void {
    telling?.timer.cancel();
    telling = undefined;
    listeners.forEach((listener) => listener());
  }
  function changedSoon(): void {
    if (listeners.length === 0) return;
    telling?.timer.cancel();
    const since = telling?.since ?? steady();
    const left = longestGather - (steady() - since) / 1000;
    telling = { since, timer: timer(Math.max(0, Math.min(gather, left)), changed) };
  }

  function refusalOf(target: string): string | undefined {
    const { targets, most } = desired.leftOut();
    return targets.has(target)
      ? `no room: the helper takes ${most} (helper.json, standing.most), what names mean last.`
      : refused.get(target);
  }

  async function entryNamed(label: string): Promise<Entry> {
    const entry = await store.byLabel(label);
    if (entry) return entry;
    throw new AccessError('not-found', `There is no entry labelled ${label.slice(0, 64)}.`);
  }

  async function seen(entry: Entry): Promise<SeenEntry> {
    const { target } = entry;
    const resolution = target.kind === 'name' ? await store.resolutionOf(entry.id) : null;
    const targets = resolution ? resolution.addresses : [targetText(target)];
    const reasons = targets.flatMap((text) => {
      const reason = refusalOf(text);
      return reason === undefined ? [] : [`${text}: ${reason}`];
    });
    return { ...entry, resolution, refused: reasons.join(' ') || null };
  }

  /** Undefined while the helper is away, and for a while then without asking: an import must not wait each time. */
  async function limits(): Promise<FirewallLimits | undefined> {
    const now = clock.now();
    if (now >= awayAt && now < after(awayAt, awayFor)) return undefined;
    return firewall.limits().catch(() => {
      awayAt = clock.now();
      return undefined;
    });
  }

  async function add(request: NewEntryRequest, by: Actor): Promise<Entry> {
    const known = await limits();
    const now = clock.now();
    const wanted = newEntry(request, { by, now, addresses: rules.addresses(), limits: known });
    if ((await store.count()) >= mostEntries(rules.most, known)) throw full(rules.most, known);
    return store.add(wanted.entry, wanted.audit);
  }

  async function change(label: string, wanted: WantedSettings, by: Actor): Promise<Entry> {
    const before = await entryNamed(label);
    const services = wanted.services && [...new Set(wanted.services)];
    const changes: Partial<EntrySettings> = {
      ...(services && !sameList(services, before.services) && { services }),
      ...(wanted.expiresAt !== undefined &&
        wanted.expiresAt !== before.expiresAt && { expiresAt: wanted.expiresAt }),
      ...(wanted.note !== undefined && wanted.note !== before.note && { note: wanted.note }),
    };
    if (Object.keys(changes).length === 0) return before;
    checkSettings(changes, clock.now());
    // what was fit once stays so: a site that drops a service must still be able to shorten an entry
    if (services && services.length > 0) checkAgainst(await limits(), { services }, before.target);
    const at = clock.now();
    const audit = audited('entry-changed', before, { at, by }, onRecord(changes));
    return store.change(before.id, changes, audit);
  }

  return {
    list: async (page) => Promise.all((await store.list(page)).map(seen)),
    named: async (label) => seen(await entryNamed(label)),
    async add(request, by) {
      const entry = await changing(() => add(request, by));
      changed();
      return seen(entry);
    },
    async addAll(requests, by) {
      const outcomes = await changing(async () => batch(requests, by, await limits()));
      if (outcomes.some(({ kind }) => kind === 'added')) changedSoon();
      return outcomes;
    },
    async change(label, wanted, by) {
      const entry = await changing(() => change(label, wanted, by));
      changed();
      return seen(entry);
    },
    async remove(label, by) {
      const last = await changing(async () => {
        const entry = await seen(await entryNamed(label));
        await store.remove(entry.id, audited('entry-removed', entry, { at: clock.now(), by }));
        return entry;
      });
      changed();
      return last;
    },
    lettingIn: (address) =>
      entriesLettingIn(store, address, { now: clock.now(), usual: rules.services, refusalOf }),
    standing: desired.standing,
    stood(report) {
      refused = new Map(report.failed.map(({ target, reason }) => [target, reason]));
      const left = [...desired.leftOut().targets].map((target) => ({
        target,
        reason: refusalOf(target) ?? '',
      }));
      return { ...report, failed: [...report.failed, ...left] };
    },
    onChanged: (listener) => void listeners.push(listener),
  };
}

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.join(' ') === other.join(' ');
