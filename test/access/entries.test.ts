import { beforeEach, describe, expect, it } from 'vitest';
import { createEntries, type Entries, type EntryRules } from '../../src/access/entries.ts';
import type { AccessErrorCode } from '../../src/domain/access-error.ts';
import { parseNetwork, type Address } from '../../src/domain/address.ts';
import type { Actor } from '../../src/domain/attempt.ts';
import type { FirewallLimits, Stores } from '../../src/domain/ports.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const by: Actor = 'token:ops';
const day = 86_400_000;
const hour = 3_600_000;
/** After a start, or after somebody has set the clock. */
const settling = 600_000;
/** Public ones, as the rules want them. */
const [host, other] = ['8.8.4.4', '8.8.8.8'] as const;

let now: number;
/** A clock that nobody sets. */
let steady: number;
let stores: Stores;
let limits: FirewallLimits | undefined;
let entries: Entries;
let changes: number;
let timers: { seconds: number; ring: () => void }[];

function make(rules: Partial<EntryRules> = {}): void {
  entries = createEntries({
    store: stores.entries,
    firewall: { limits: async () => limits ?? Promise.reject(new Error('away')) },
    clock: { now: () => now },
    steady: () => steady,
    timer: (seconds, ring) => {
      timers.push({ seconds, ring });
      return { cancel: () => void timers.pop() };
    },
    rules: {
      services: ['web'],
      most: 100,
      addresses: () => ({
        own: ['8.8.4.9' as Address],
        alsoAllowed: [parseNetwork('10.1.0.0/16')!],
      }),
      ...rules,
    },
  });
  entries.onChanged(() => changes++);
}

/** Both clocks go on. */
function pass(milliseconds: number): void {
  now += milliseconds;
  steady += milliseconds;
}

beforeEach(() => {
  now = 1e12 - settling;
  steady = 5000;
  timers = [];
  stores = createMemoryStores();
  limits = {
    services: ['web', 'sip'],
    longest: 3600,
    mostAddresses: 10,
    networks: false,
    standing: { most: 100, widest4: 16, widest6: 32 },
  };
  changes = 0;
  make();
  pass(settling);
});

const record = async (): Promise<unknown[]> =>
  (await stores.audit.list({ limit: 100 })).map(({ kind, actor, address, detail }) => ({
    kind,
    actor,
    ...(address && { address }),
    detail,
  }));

async function refused(work: Promise<unknown>, code: AccessErrorCode, why: RegExp): Promise<void> {
  await expect(work).rejects.toMatchObject({ code, message: expect.stringMatching(why) });
}

describe('an entry', () => {
  it('is added with what it is for, and put on record', async () => {
    const request = {
      label: 'office',
      target: host,
      services: ['sip', 'web', 'sip'],
      expiresAt: now + day,
      note: 'until the move',
    };
    const added = await entries.add(request, by);
    expect(added).toEqual({
      ...request,
      id: added.id,
      target: { kind: 'host', address: host },
      services: ['sip', 'web'],
      source: 'administrator',
      createdAt: now,
      resolution: null,
      refused: null,
    });
    expect(await entries.named('office')).toEqual(added);
    expect(await entries.list({ limit: 10 })).toEqual([added]);
    expect(await record()).toEqual([
      {
        kind: 'entry-added',
        actor: by,
        address: host,
        detail: {
          label: 'office',
          target: host,
          services: 'sip web',
          until: new Date(now + day).toISOString(),
          note: 'until the move',
          source: 'administrator',
        },
      },
    ]);
    expect(changes).toBe(1);
  });

  it.each<[string, Partial<Parameters<Entries['add']>[0]>, AccessErrorCode, RegExp]>([
    ['a label with a blank', { label: 'my office' }, 'invalid', /label/],
    ['nothing that can be let in', { target: '8.8.8' }, 'invalid', /"8\.8\.8" is no host/],
    ['host bits in a network', { target: '8.8.8.1/24' }, 'invalid', /^Write 8\.8\.8\.0\/24 for/],
    ['a private host', { target: '192.168.1.1' }, 'address-refused', /private.*also_allow/],
    ['the server itself', { target: '8.8.4.9' }, 'address-refused', /own/],
    ['everybody', { target: '0.0.0.0/0' }, 'address-refused', /everybody/],
    ['everybody by IPv6', { target: '::/0' }, 'address-refused', /everybody/],
    ['a network with private parts', { target: '10.0.0.0/8' }, 'address-refused', /private/],
    ['a network with the server in it', { target: '8.8.4.0/24' }, 'address-refused', /own/],
    ['a network too wide for the helper', { target: '8.0.0.0/15' }, 'address-refused', /\/16 at/],
    ['one of IPv6', { target: '2a00::/31' }, 'address-refused', /widest6/],
    ['an unknown service', { services: ['gopher'] }, 'invalid', /gopher.*web, sip/],
    ['a time that is over', { expiresAt: 1e12 }, 'invalid', /future/],
    ['more than ten years', { expiresAt: 1e12 + 3651 * day }, 'invalid', /ten years/],
    ['no time at all', { expiresAt: Number.NaN }, 'invalid', /future/],
    ['a note of two lines', { note: 'a\nb' }, 'invalid', /note/],
    ['a source that there is not', { source: 'me' }, 'invalid', /source/],
  ])('is refused: %s', async (_what, request, code, why) => {
    await refused(entries.add({ label: 'x', target: host, ...request }, by), code, why);
    expect([await stores.entries.count(), changes, await record()]).toEqual([0, 0, []]);
  });

  it('is let in where the site allows it, though it is private', async () => {
    await entries.add({ label: 'vpn', target: '10.1.0.0/16' }, by);
    await entries.add({ label: 'one', target: '10.1.2.3' }, by);
    expect(await stores.entries.count()).toBe(2);
  });

  it('is refused where the helper keeps none, and told what to do', async () => {
    limits = { ...limits!, standing: { most: 0, widest4: 16, widest6: 32 } };
    const add = (): Promise<unknown> => entries.add({ label: 'x', target: host }, by);
    await refused(add(), 'firewall-refused', /helper\.json.*"standing"/);
    const { standing: _, ...older } = limits;
    limits = older;
    await refused(add(), 'firewall-refused', /helper\.json/);
  });

  it('is taken while the helper is away', async () => {
    limits = undefined;
    await entries.add({ label: 'x', target: '8.8.8.0/24', services: ['anything'] }, by);
    expect(await stores.entries.count()).toBe(1);
  });

  it('asks a helper that is away once in a while, not each time', async () => {
    let asked = 0;
    const known = limits!;
    entries = createEntries({
      store: stores.entries,
      firewall: {
        limits: async () => {
          asked++;
          return limits ?? Promise.reject(new Error('away'));
        },
      },
      clock: { now: () => now },
      rules: { services: ['web'], most: 100, addresses: () => ({ own: [], alsoAllowed: [] }) },
    });
    limits = undefined;
    for (const label of ['a', 'b', 'c']) await entries.add({ label, target: host }, by);
    expect(asked).toBe(1);
    limits = known;
    now += 10_000;
    await refused(
      entries.add({ label: 'd', target: host, services: ['gopher'] }, by),
      'invalid',
      /gopher/,
    );
  });

  it('has its label to itself, and there are so many at most', async () => {
    make({ most: 3 });
    const add = (label: string): Promise<unknown> => entries.add({ label, target: host }, by);
    await add('a');
    await refused(add('a'), 'conflict', /labelled a/);
    const many = await Promise.allSettled(['b', 'c', 'd', 'e'].map(add));
    expect(many.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await refused(add('f'), 'conflict', /3 standing entries.*entries\.most/);
  });

  it('is changed in what is named, and on record with that', async () => {
    const { id } = await entries.add({ label: 'office', target: host, note: 'old' }, by);
    const changed = await entries.change('office', { services: ['sip'], expiresAt: now + day }, by);
    expect(changed).toMatchObject({ id, services: ['sip'], expiresAt: now + day, note: 'old' });
    await entries.change('office', { expiresAt: null, note: '' }, by);
    expect(await entries.named('office')).toMatchObject({ expiresAt: null, note: '' });
    expect((await record()).slice(0, 2)).toMatchObject([
      { kind: 'entry-changed', detail: { label: 'office', target: host, until: 'none' } },
      { kind: 'entry-changed', detail: { services: 'sip', until: '2001-09-10T01:46:40.000Z' } },
    ]);
    await refused(entries.change('office', { expiresAt: now }, by), 'invalid', /future/);
    await refused(entries.change('office', { services: ['gopher'] }, by), 'invalid', /gopher/);
    await refused(entries.change('nobody', { note: 'x' }, by), 'not-found', /nobody/);
  });

  it('writes nothing where nothing differs', async () => {
    await entries.add({ label: 'office', target: host, services: ['sip'] }, by);
    await entries.change('office', { services: ['sip'], expiresAt: null, note: '' }, by);
    expect(await record()).toHaveLength(1);
  });

  it('is removed, and on record', async () => {
    await entries.add({ label: 'office', target: host }, by);
    expect(await entries.remove('office', by)).toMatchObject({ label: 'office' });
    expect((await record())[0]).toMatchObject({
      kind: 'entry-removed',
      address: host,
      detail: { label: 'office', target: host },
    });
    await refused(entries.remove('office', by), 'not-found', /office/);
    await refused(entries.named('office'), 'not-found', /office/);
    expect(changes).toBe(2);
  });

  it('says why the firewall does not take it, until it does', async () => {
    await entries.add({ label: 'office', target: host }, by);
    const carrier = await entries.add({ label: 'carrier', target: 'sip.example.net' }, by);
    const resolution = {
      addresses: [host, other] as Address[],
      resolvedAt: now,
      changedAt: now,
      failingSince: null,
      failure: null,
      unanswered: [],
    };
    await stores.entries.resolved(carrier.id, resolution, undefined);
    const failed = [{ target: other, reason: 'full' }];
    entries.stood({ added: 0, removed: 0, failed });
    expect(await entries.named('carrier')).toMatchObject({
      resolution,
      refused: `${other}: full`,
    });
    expect((await entries.named('office')).refused).toBeNull();
    entries.stood({ added: 1, removed: 0, failed: [] });
    expect((await entries.named('carrier')).refused).toBeNull();
  });
});

describe('what stands', () => {
  it('is hosts, networks and the addresses of names, each with its services and end', async () => {
    await entries.add({ label: 'a', target: host, services: ['sip'] }, by);
    await entries.add({ label: 'b', target: '8.8.8.0/24', expiresAt: now + day }, by);
    const { id } = await entries.add({ label: 'c', target: 'sip.example.net' }, by);
    await entries.add({ label: 'd', target: 'unknown.example.net' }, by);
    await stores.entries.resolved(
      id,
      {
        addresses: [other, '2a00:1450::7'] as Address[],
        resolvedAt: 1,
        changedAt: 1,
        failingSince: 5,
        failure: 'nobody answers',
        unanswered: [],
      },
      undefined,
    );
    expect(await entries.standing()).toEqual([
      { target: host, services: ['sip'], until: null },
      { target: '8.8.8.0/24', services: ['web'], until: now + day },
      { target: other, services: ['web'], until: null },
      { target: '2a00:1450::7', services: ['web'], until: null },
    ]);
  });

  it('merges entries of the same target', async () => {
    await entries.add({ label: 'a', target: host, services: ['sip'], expiresAt: now + day }, by);
    await entries.add({ label: 'b', target: host, services: ['sip', 'web'] }, by);
    expect(await entries.standing()).toEqual([
      { target: host, services: ['sip', 'web'], until: null },
    ]);
    await entries.remove('b', by);
    expect(await entries.standing()).toEqual([
      { target: host, services: ['sip'], until: now + day },
    ]);
  });

  it('is the same list as long as nothing has changed, and another after any change', async () => {
    await entries.add({ label: 'a', target: host }, by);
    const first = await entries.standing();
    pass(3650 * day);
    expect(await entries.standing()).toBe(first);
    await entries.change('a', { services: ['sip'] }, by);
    expect(await entries.standing()).not.toBe(first);
    expect(await entries.standing()).toMatchObject([{ services: ['sip'] }]);
  });

  it('takes what is over off the record, each once, and lets it in no more', async () => {
    await entries.add({ label: 'a', target: host }, by);
    await entries.add({ label: 'b', target: other, expiresAt: now + day }, by);
    expect(await entries.standing()).toHaveLength(2);
    pass(day - 1);
    expect(await entries.standing()).toHaveLength(2);
    pass(1);
    const left = [{ target: host, services: ['web'], until: null }];
    expect(await entries.standing()).toEqual(left);
    expect(await entries.standing()).toEqual(left);
    expect((await stores.entries.all()).map(({ label }) => label)).toEqual(['a']);
    expect((await record()).filter((row) => (row as any).kind === 'entry-expired')).toEqual([
      {
        kind: 'entry-expired',
        actor: 'system',
        address: other,
        detail: { label: 'b', target: other },
      },
    ]);
    const settled = await entries.standing();
    expect(await entries.standing()).toBe(settled);
  });

  it('lets nothing in that is over, though it cannot be taken off the record', async () => {
    await entries.add({ label: 'b', target: other, expiresAt: now + day }, by);
    const { remove } = stores.entries;
    stores.entries.remove = () => Promise.reject(new Error('disk'));
    pass(day);
    expect(await entries.standing()).toEqual([]);
    expect(await stores.entries.count()).toBe(1);
    stores.entries.remove = remove;
    expect(await entries.standing()).toEqual([]);
    expect(await stores.entries.count()).toBe(0);
  });

  it('takes many that are over at once off the record bit by bit', async () => {
    make({ most: 2000 });
    pass(settling);
    limits = { ...limits!, standing: { most: 2000, widest4: 16, widest6: 32 } };
    for (let n = 0; n < 250; n++) {
      await entries.add({ label: `n${n}`, target: host, expiresAt: now + day }, by);
    }
    pass(day);
    for (const left of [150, 50, 0]) {
      expect(await entries.standing()).toEqual([]);
      expect(await stores.entries.count()).toBe(left);
    }
  });
});

describe('a clock that jumps', () => {
  const standing = async (): Promise<string[]> =>
    (await entries.standing()).map(({ target }) => target);

  beforeEach(async () => {
    await entries.add({ label: 'for-good', target: host }, by);
    await entries.add({ label: 'dated', target: other, expiresAt: now + hour }, by);
    expect(await standing()).toEqual([host, other]);
  });

  it('forward by hours lets in nothing that is over by it, and takes nothing off the record', async () => {
    now += 5 * hour;
    expect(await standing()).toEqual([host]);
    pass(settling - 1000);
    expect(await standing()).toEqual([host]);
    expect(await stores.entries.count()).toBe(2);
    now -= 5 * hour;
    expect(await standing()).toEqual([host, other]);
    expect((await record()).map((row) => (row as any).kind)).not.toContain('entry-expired');
  });

  it('and stays so is believed after a while', async () => {
    now += 5 * hour;
    expect(await standing()).toEqual([host]);
    pass(settling);
    expect(await standing()).toEqual([host]);
    expect(await stores.entries.count()).toBe(1);
    now -= 5 * hour;
    expect(await standing()).toEqual([host]);
  });

  it('back by hours lets in what was let in then, and no longer than the date says', async () => {
    now -= 5 * hour;
    expect(await standing()).toEqual([host, other]);
    pass(6 * hour - 1);
    expect(await standing()).toEqual([host, other]);
    pass(1);
    expect(await standing()).toEqual([host]);
  });

  it('back past the end of what is over lets it in again until it is over again', async () => {
    pass(hour);
    stores.entries.remove = () => Promise.reject(new Error('disk'));
    expect(await standing()).toEqual([host]);
    now -= 2 * hour;
    expect(await standing()).toEqual([host, other]);
    pass(2 * hour);
    expect(await standing()).toEqual([host]);
  });

  it('by seconds, as NTP sets it, is no jump', async () => {
    now += 30_000;
    await standing();
    pass(hour - 30_000);
    await standing();
    expect(await stores.entries.count()).toBe(1);
  });

  it('before the server was started is not believed at once', async () => {
    now += 5 * hour;
    make();
    expect(await standing()).toEqual([host]);
    expect(await stores.entries.count()).toBe(2);
    pass(settling);
    await standing();
    expect(await stores.entries.count()).toBe(1);
  });

  it('does not keep an entry from being changed whose time seems to be over', async () => {
    now += 5 * hour;
    await standing();
    await entries.change('dated', { expiresAt: now + hour }, by);
    expect(await standing()).toEqual([host, other]);
  });
});
