import { describe, expect, it } from 'vitest';
import {
  unresolved,
  type Entry,
  type NewEntry,
  type Resolution,
} from '../../../src/domain/entry.ts';
import type { Address } from '../../../src/domain/address.ts';
import { address, elsewhere, entry, hotel, refused, unwritable, type Bench } from './bench.ts';

const newEntry = (label: string, rest: Partial<NewEntry> = {}): NewEntry => ({
  label,
  target: { kind: 'host', address: hotel },
  services: ['web', 'sip'],
  expiresAt: null,
  note: 'the branch office',
  source: 'administrator',
  createdAt: 700,
  ...rest,
});

const elsewhereTarget = { kind: 'host', address: elsewhere } as const;

const answered: Resolution = {
  addresses: [hotel, address('2001:db8::7')],
  resolvedAt: 900,
  changedAt: 800,
  failingSince: null,
  failure: null,
  unanswered: [],
};

export function entriesContract({ stores, audit }: Bench): void {
  const add = (label: string, rest: Partial<NewEntry> = {}): Promise<Entry> =>
    stores.entries.add(newEntry(label, rest), entry('entry-added'));
  const kinds = async (): Promise<string[]> => (await audit()).map(({ kind }) => kind);

  describe('standing entries', () => {
    it('keeps hosts, networks and names as they were given', async () => {
      const all = [
        newEntry('office'),
        newEntry('range', {
          target: { kind: 'network', network: '198.51.100.0/24' },
          services: [],
        }),
        newEntry('carrier', {
          target: { kind: 'name', name: 'sip.example.net' },
          expiresAt: 9000,
          note: '',
          source: 'import:list',
        }),
      ];
      for (const one of all) {
        const { id, ...added } = await stores.entries.add(one, entry('entry-added'));
        expect(added).toEqual(one);
        expect(await stores.entries.byLabel(one.label)).toEqual({ id, ...one });
      }
      const labels = ['office', 'range', 'carrier'];
      expect((await stores.entries.all()).map(({ label }) => label)).toEqual(labels);
      const names = await stores.entries.all('name');
      expect(names.map(({ label }) => label)).toEqual(['carrier']);
      expect(await stores.entries.count()).toBe(3);
      const page = await stores.entries.list({ limit: 2 });
      expect(page.map(({ label }) => label)).toEqual(['carrier', 'range']);
      const rest = await stores.entries.list({ limit: 2, before: page[1]?.id });
      expect(rest.map(({ label }) => label)).toEqual(['office']);
      expect(await stores.entries.byLabel('Office')).toBeUndefined();
      expect(await kinds()).toEqual(Array(3).fill('entry-added'));
    });

    it('finds by label, target, note and what a name means, page by page', async () => {
      await add('Office', { target: elsewhereTarget, note: 'North' });
      await add('range', {
        target: { kind: 'network', network: '2001:db8:40::/48' },
        note: '100% _of_ it',
      });
      const carrier = await add('carrier', {
        target: { kind: 'name', name: 'sip.example.net' },
        note: '',
      });
      await stores.entries.resolved(carrier.id, answered, undefined);
      const found = async (wanted: { find?: string; failing?: boolean; before?: number }) =>
        (await stores.entries.list({ limit: 2, ...wanted })).map(({ label }) => label);
      expect(await found({ find: 'oFFice' })).toEqual(['Office']);
      expect(await found({ find: 'NORTH' })).toEqual(['Office']);
      expect(await found({ find: 'db8:40' })).toEqual(['range']);
      expect(await found({ find: '2001:DB8' })).toEqual(['carrier', 'range']);
      expect(await found({ find: '2001:db8', before: carrier.id })).toEqual(['range']);
      // these mean nothing by themselves
      expect(await found({ find: '%' })).toEqual(['range']);
      expect(await found({ find: "'" })).toEqual([]);
      expect(await found({ failing: true })).toEqual([]);
      const failing = { ...answered, failingSince: 950, failure: 'there is no such name' };
      await stores.entries.resolved(carrier.id, failing, undefined);
      expect(await found({ failing: true })).toEqual(['carrier']);
      expect(await found({ failing: true, find: 'office' })).toEqual([]);
      expect(await found({ find: '', failing: false })).toEqual(['carrier', 'range']);
    });

    it('refuses a label that is taken, and gives it again when it is free', async () => {
      const { id } = await add('office');
      await refused(add('office'), 'conflict');
      expect(await kinds()).toHaveLength(1);
      await stores.entries.remove(id, entry('entry-removed'));
      expect((await add('office')).id).toBeGreaterThan(id);
    });

    it('adds many at once, as long as there is room, and leaves what is there', async () => {
      const office = await add('office', { target: elsewhereTarget });
      const wanted = ['a', 'office', 'b', 'a', 'c'].map((label) => ({
        entry: newEntry(label),
        audit: entry('entry-added', { detail: { label } }),
      }));
      const added = await stores.entries.addAll(wanted, 3);
      const [a, b] = (await stores.entries.all()).slice(1);
      expect(added).toEqual([
        { kind: 'added', entry: a },
        { kind: 'taken', entry: office },
        { kind: 'added', entry: b },
        { kind: 'taken', entry: a },
        { kind: 'full' },
      ]);
      expect([a?.label, b?.label, a?.target]).toEqual(['a', 'b', newEntry('a').target]);
      expect((await audit()).map(({ detail }) => detail?.['label'])).toEqual(['b', 'a', undefined]);
      expect(await stores.entries.addAll([], 3)).toEqual([]);
    });

    it('adds none of many where one cannot be written', async () => {
      const bad = [
        { entry: newEntry('b'), audit: unwritable('entry-added') },
        { entry: newEntry('b', { expiresAt: Number.NaN }), audit: entry('entry-added') },
        { entry: newEntry('b', { note: 'x'.repeat(201) }), audit: entry('entry-added') },
      ];
      for (const one of bad) {
        const good = { entry: newEntry('a'), audit: entry('entry-added') };
        await expect(stores.entries.addAll([good, one], 9)).rejects.toThrow();
      }
      expect([await stores.entries.all(), await audit()]).toEqual([[], []]);
    });

    it('finds those of a target, and names that mean an address now', async () => {
      const name = { kind: 'name', name: 'sip.example.net' } as const;
      const network = { kind: 'network', network: '203.0.113.0/24' } as const;
      const carrier = await add('carrier', { target: name });
      await add('range', { target: network });
      await add('host');
      await add('elsewhere', { target: elsewhereTarget });
      await add('unknown', { target: name });
      await stores.entries.resolved(carrier.id, answered, undefined);
      const found = async (targets: string[], about: Address): Promise<string[]> =>
        (await stores.entries.covering(targets, about)).map(({ label }) => label);
      expect(await found([hotel, '203.0.113.0/24'], hotel)).toEqual(['carrier', 'range', 'host']);
      expect(await found(['sip.example.net'], address('2001:db8::7'))).toEqual(['carrier']);
      // part of what it means, as text
      expect(await found([], address('2001:db8::'))).toEqual([]);
      expect(await found([], address('203.0.113.1'))).toEqual([]);
    });

    it('refuses a note over 200 characters', async () => {
      await add('long', { note: 'x'.repeat(200) });
      await refused(add('longer', { note: 'x'.repeat(201) }), 'invalid');
      expect(await stores.entries.count()).toBe(1);
    });

    it('changes what is named, and leaves the rest', async () => {
      const one = await add('office', { expiresAt: 5000 });
      const changed = await stores.entries.change(
        one.id,
        { services: [], note: 'moved' },
        entry('entry-changed'),
      );
      expect(changed).toEqual({ ...one, services: [], note: 'moved' });
      const endless = { expiresAt: null };
      await stores.entries.change(one.id, endless, entry('entry-changed'));
      expect(await stores.entries.byLabel('office')).toEqual({ ...changed, expiresAt: null });
      await refused(stores.entries.change(99, endless, entry('entry-changed')), 'not-found');
      expect(await kinds()).toEqual(['entry-changed', 'entry-changed', 'entry-added']);
    });

    it('removes an entry and what its name meant', async () => {
      const one = await add('carrier', { target: { kind: 'name', name: 'sip.example.net' } });
      await stores.entries.resolved(one.id, answered, undefined);
      await stores.entries.remove(one.id, entry('entry-removed'));
      expect(await stores.entries.all()).toEqual([]);
      expect(await stores.entries.resolutionOf(one.id)).toEqual(unresolved);
      await refused(stores.entries.remove(one.id, entry('entry-removed')), 'not-found');
      await refused(stores.entries.resolved(one.id, answered, undefined), 'not-found');
    });

    it('keeps what a name means, with an entry in the record or without', async () => {
      const one = await add('carrier', { target: { kind: 'name', name: 'sip.example.net' } });
      expect(await stores.entries.resolutionOf(one.id)).toEqual(unresolved);
      await stores.entries.resolved(one.id, answered, entry('name-changed'));
      expect(await stores.entries.resolutionOf(one.id)).toEqual(answered);
      const failing: Resolution = {
        ...answered,
        failingSince: 950,
        failure: 'nobody answers',
        unanswered: [
          { family: 4, seconds: 86_400.25, at: 990 },
          { family: 6, seconds: 0, at: 990 },
        ],
      };
      expect(await stores.entries.failing()).toBe(0);
      await stores.entries.resolved(one.id, failing, undefined);
      expect(await stores.entries.resolutionOf(one.id)).toEqual(failing);
      expect(await stores.entries.failing()).toBe(1);
      expect(await kinds()).toEqual(['name-changed', 'entry-added']);
    });

    it('tells what is let in at a time, whose time is over, and when the next ends', async () => {
      const network = { kind: 'network', network: '198.51.100.0/24' } as const;
      await add('host', { services: ['sip'] });
      await add('same', { services: [], expiresAt: 5000 });
      await add('range', { target: network, services: [], expiresAt: 6000 });
      const name = { kind: 'name', name: 'sip.example.net' } as const;
      const carrier = await add('carrier', { target: name, services: ['sip'] });
      await add('unknown', { target: { ...name, name: 'other.example.net' } });
      await stores.entries.resolved(carrier.id, answered, undefined);
      const at = async (now: number): Promise<string[]> =>
        (await stores.entries.targetsAt(now))
          .flatMap(({ targets, services, until }) =>
            targets.map((target) => `${target} ${services.join()} ${until}`),
          )
          .sort();
      const always = ['2001:db8::7 sip null', '203.0.113.7 sip null', '203.0.113.7 sip null'];
      const range = '198.51.100.0/24  6000';
      expect(await at(4999)).toEqual([range, ...always, '203.0.113.7  5000'].sort());
      expect(await at(5000)).toEqual([range, ...always]);
      expect(await at(6000)).toEqual(always);
      const labels = async (now: number, limit = 9): Promise<string[]> =>
        (await stores.entries.over(now, limit)).map(({ label }) => label);
      expect(await labels(4999)).toEqual([]);
      expect(await labels(5000)).toEqual(['same']);
      expect(await labels(6000)).toEqual(['same', 'range']);
      expect(await labels(6000, 1)).toEqual(['same']);
      const ends = [4999, 5000, 6000].map((now) => stores.entries.nextEnd(now));
      expect(await Promise.all(ends)).toEqual([5000, 6000, null]);
    });

    it('has another revision after each change of what is let in, and no other', async () => {
      const seen: number[] = [];
      const differs = async (): Promise<boolean> => {
        const revision = await stores.entries.revision();
        const known = seen.includes(revision);
        seen.push(revision);
        return !known;
      };
      await differs();
      const one = await add('carrier', { target: { kind: 'name', name: 'sip.example.net' } });
      expect(await differs()).toBe(true);
      await stores.entries.resolved(one.id, answered, undefined);
      expect(await differs()).toBe(true);
      await stores.entries.resolved(one.id, { ...answered, resolvedAt: 990 }, undefined);
      expect(await differs()).toBe(false);
      await stores.entries.resolved(one.id, { ...answered, addresses: [hotel] }, undefined);
      expect(await differs()).toBe(true);
      await stores.entries.change(one.id, { services: [] }, entry('entry-changed'));
      expect(await differs()).toBe(true);
      await stores.entries.remove(one.id, entry('entry-removed'));
      expect(await differs()).toBe(true);
      await stores.entries.list({ limit: 1 });
      expect(await differs()).toBe(false);
    });

    it('makes no change whose entry cannot be written', async () => {
      const one = await add('carrier', { target: { kind: 'name', name: 'sip.example.net' } });
      const everything = async (): Promise<unknown> => [
        await stores.entries.all(),
        await stores.entries.resolutionOf(one.id),
        await stores.entries.revision(),
        await audit(),
      ];
      const before = await everything();
      const bad = unwritable('entry-changed');
      for (const change of [
        () => stores.entries.add(newEntry('another'), bad),
        () => stores.entries.change(one.id, { note: 'new' }, bad),
        () => stores.entries.resolved(one.id, answered, bad),
        () => stores.entries.remove(one.id, bad),
      ]) {
        await refused(change(), 'store-failed');
      }
      expect(await everything()).toEqual(before);
    });
  });
}
