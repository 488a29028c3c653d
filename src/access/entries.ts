import { AccessError } from '../domain/access-error.ts';
import type { AddressRules } from '../domain/address-rules.ts';
import type { Actor, AuditEntry, AuditKind } from '../domain/attempt.ts';
import {
  targetText,
  type Entry,
  type EntrySettings,
  type Resolution,
  type Standing,
} from '../domain/entry.ts';
import type { EntryStore, Firewall, FirewallLimits, Page, StandReport } from '../domain/ports.ts';
import { after, type Clock, type Instant, type Seconds } from '../domain/time.ts';
import { oneAtATime } from './one-at-a-time.ts';
import {
  checkAgainst,
  checkedTarget,
  checkLabel,
  checkSettings,
  checkSource,
} from './standing/checks.ts';
import { createDesiredStanding } from './standing/desired.ts';

export interface EntryRules {
  /** What is let in to where an entry names no services. */
  readonly services: readonly string[];
  /** The most entries that there may be. */
  readonly most: number;
  /** Read at each use: the server's own address may be discovered later. */
  readonly addresses: () => AddressRules;
}

export interface EntriesParts {
  readonly store: EntryStore;
  readonly firewall: Pick<Firewall, 'limits'>;
  readonly clock: Clock;
  readonly rules: EntryRules;
}

export interface NewEntryRequest extends Partial<WantedSettings> {
  readonly label: string;
  /** A host, a network in CIDR, or a name. */
  readonly target: string;
  /** `administrator` unless said otherwise. */
  readonly source?: string | undefined;
}

/** Settings as an administrator writes them: those that are left out stay as they are. */
export type WantedSettings = {
  readonly [Key in keyof EntrySettings]?: EntrySettings[Key] | undefined;
};

/** An entry with what is known of it. */
export interface SeenEntry extends Entry {
  /** What its name means; null for a host or a network. */
  readonly resolution: Resolution | null;
  /** Why the firewall does not take it, or some of its addresses; null as far as is known. */
  readonly refused: string | null;
}

/** The standing entries. Rejections are AccessError. */
export interface Entries {
  list(page: Page): Promise<SeenEntry[]>;
  /** @throws AccessError `not-found`. */
  named(label: string): Promise<SeenEntry>;
  /**
   * @throws AccessError `invalid`, `address-refused` (what may never be let in, or is
   *   too wide), `conflict` (the label is taken, or there are too many), `firewall-refused`
   *   (the helper keeps none).
   */
  add(request: NewEntryRequest, by: Actor): Promise<SeenEntry>;
  /** @throws AccessError as `add`, and `not-found`. */
  change(label: string, wanted: WantedSettings, by: Actor): Promise<SeenEntry>;
  /** @throws AccessError `not-found`. */
  remove(label: string, by: Actor): Promise<SeenEntry>;
  /** What the gate shall let in now; the same list as long as nothing has changed. */
  standing(): Promise<readonly Standing[]>;
  /** Takes note of what became of it. */
  stood(report: StandReport): void;
  /** Called when there is something new to let in, or to let in no more. */
  onChanged(listener: () => void): void;
}

/** Nobody asks a helper that has not answered again within this. */
const awayFor: Seconds = 10;

export function createEntries({ store, firewall, clock, rules }: EntriesParts): Entries {
  // two at once must not make together what neither may alone
  const changing = oneAtATime();
  const listeners: (() => void)[] = [];
  let refused = new Map<string, string>();
  let awayAt: Instant = -Infinity;
  const changed = (): void => listeners.forEach((listener) => listener());

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
      const reason = refused.get(text);
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
    const { label, source = 'administrator' } = request;
    const now = clock.now();
    const target = checkedTarget(request.target, rules.addresses());
    const settings: EntrySettings = {
      services: [...new Set(request.services)],
      expiresAt: request.expiresAt ?? null,
      note: request.note ?? '',
    };
    checkLabel(label);
    checkSource(source);
    checkSettings(settings, now);
    checkAgainst(await limits(), settings, target);
    if ((await store.count()) >= rules.most) {
      throw new AccessError(
        'conflict',
        `There are ${rules.most} standing entries, which is the most (entries.most); remove one first.`,
      );
    }
    const entry = { ...settings, label, target, source, createdAt: now };
    return store.add(entry, audited('entry-added', entry, by, { ...onRecord(settings), source }));
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
    return store.change(
      before.id,
      changes,
      audited('entry-changed', before, by, onRecord(changes)),
    );
  }

  function audited(
    kind: AuditKind,
    { label, target }: Pick<Entry, 'label' | 'target'>,
    by: Actor,
    detail: AuditEntry['detail'],
  ): AuditEntry {
    return {
      at: clock.now(),
      actor: by,
      kind,
      ...(target.kind === 'host' && { address: target.address }),
      detail: { label, target: targetText(target), ...detail },
    };
  }

  return {
    list: async (page) => Promise.all((await store.list(page)).map(seen)),
    named: async (label) => seen(await entryNamed(label)),
    async add(request, by) {
      const entry = await changing(() => add(request, by));
      changed();
      return seen(entry);
    },
    async change(label, wanted, by) {
      const entry = await changing(() => change(label, wanted, by));
      changed();
      return seen(entry);
    },
    async remove(label, by) {
      const last = await changing(async () => {
        const entry = await seen(await entryNamed(label));
        await store.remove(entry.id, audited('entry-removed', entry, by, {}));
        return entry;
      });
      changed();
      return last;
    },
    standing: createDesiredStanding(store, clock, rules.services),
    stood(report) {
      refused = new Map(report.failed.map(({ target, reason }) => [target, reason]));
    },
    onChanged: (listener) => void listeners.push(listener),
  };
}

const iso = (at: Instant | null): string => (at === null ? 'none' : new Date(at).toISOString());

/** What is set, or was changed, for the record. */
function onRecord(settings: Partial<EntrySettings>): NonNullable<AuditEntry['detail']> {
  const { services, expiresAt, note } = settings;
  return {
    ...(services && { services: services.join(' ') || 'usual' }),
    ...(expiresAt !== undefined && { until: iso(expiresAt) }),
    ...(note !== undefined && note !== '' && { note }),
  };
}

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.join(' ') === other.join(' ');
