import { AccessError } from '../../src/domain/access-error.ts';
import {
  longestNote,
  targetText,
  unresolved,
  type Entry,
  type NewEntry,
  type Resolution,
} from '../../src/domain/entry.ts';
import type { AddedEntry, EntryStore } from '../../src/domain/ports.ts';
import { change, found, instant, paged, type Memory } from './memory.ts';

/** The standing entries in memory. */
export function createMemoryEntries({ perform, written }: Memory): EntryStore {
  const entries: Entry[] = [];
  const resolutions = new Map<number, Resolution>();
  let made = 0;
  let revision = 0;
  const end = (expiresAt: number | null): number | null =>
    expiresAt === null ? null : instant(expiresAt);
  const checkNote = (note: string): void => {
    if (note.length > longestNote) throw new AccessError('invalid', 'A note is too long.');
  };

  const labelled = (wanted: string): Entry | undefined =>
    entries.find(({ label }) => label === wanted);
  function insert(entry: NewEntry): Entry {
    const added: Entry = {
      ...structuredClone(entry),
      expiresAt: end(entry.expiresAt),
      createdAt: instant(entry.createdAt),
      id: ++made,
    };
    revision++;
    entries.push(added);
    return added;
  }

  return {
    add: (entry, audited) =>
      perform(() => {
        const write = written(audited);
        if (labelled(entry.label)) {
          throw new AccessError('conflict', `There is an entry labelled ${entry.label} already.`);
        }
        checkNote(entry.note);
        instant(entry.createdAt);
        end(entry.expiresAt);
        const added = insert(entry);
        write();
        return added;
      }),
    addAll: (wanted, most) =>
      perform(() => {
        const writes = wanted.map(({ audit }) => written(audit));
        for (const { entry } of wanted) {
          checkNote(entry.note);
          instant(entry.createdAt);
          end(entry.expiresAt);
        }
        return wanted.map(({ entry }, at): AddedEntry => {
          const taken = labelled(entry.label);
          if (taken) return { kind: 'taken', entry: taken };
          if (entries.length >= most) return { kind: 'full' };
          const added = insert(entry);
          writes[at]?.();
          return { kind: 'added', entry: added };
        });
      }),
    byLabel: (label) => perform(() => entries.find((entry) => entry.label === label)),
    list: ({ find = '', failing = false, ...page }) =>
      perform(() => {
        const small = (text: string): string => text.replace(/[A-Z]/g, (one) => one.toLowerCase());
        const fits = (entry: Entry): boolean => {
          const meaning = resolutions.get(entry.id);
          const texts = [entry.label, targetText(entry.target), entry.note].map(small);
          const found = [...texts, ...(meaning?.addresses ?? [])];
          return (
            found.some((text) => text.includes(small(find))) &&
            (!failing || (meaning?.failingSince ?? null) !== null)
          );
        };
        return paged(entries.filter(fits), page, (entry) => entry.id);
      }),
    all: (kind) =>
      perform(() => entries.filter(({ target }) => kind === undefined || target.kind === kind)),
    failing: () =>
      perform(
        () => [...resolutions.values()].filter(({ failingSince }) => failingSince !== null).length,
      ),
    count: () => perform(() => entries.length),
    change: (id, changes, audited) =>
      perform(() => {
        const write = written(audited);
        const changed = { ...found(entries, id, 'entry'), ...structuredClone(changes) };
        checkNote(changed.note);
        change(entries, id, { ...changed, expiresAt: end(changed.expiresAt) });
        revision++;
        write();
        return found(entries, id, 'entry');
      }),
    remove: (id, audited) =>
      perform(() => {
        const write = written(audited);
        entries.splice(entries.indexOf(found(entries, id, 'entry')), 1);
        resolutions.delete(id);
        revision++;
        write();
      }),
    resolutionOf: (id) => perform(() => resolutions.get(id) ?? unresolved),
    resolved: (id, resolution, audited) =>
      perform(() => {
        const write = audited && written(audited);
        found(entries, id, 'entry');
        const before = resolutions.get(id)?.addresses.join(' ');
        resolutions.set(id, {
          ...structuredClone(resolution),
          resolvedAt: end(resolution.resolvedAt),
          changedAt: end(resolution.changedAt),
          failingSince: end(resolution.failingSince),
        });
        if (before !== resolution.addresses.join(' ')) revision++;
        write?.();
      }),
    targetsAt: (now) =>
      perform(() =>
        entries
          .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
          .map(({ id, target, services, expiresAt }) => ({
            targets:
              target.kind === 'name'
                ? (resolutions.get(id)?.addresses ?? [])
                : [targetText(target)],
            services,
            until: expiresAt,
            byName: target.kind === 'name',
          }))
          .filter(({ targets }) => targets.length > 0),
      ),
    covering: (targets, address) =>
      perform(() =>
        entries.filter(({ id, target }) =>
          target.kind === 'name'
            ? resolutions.get(id)?.addresses.includes(address)
            : targets.includes(targetText(target)),
        ),
      ),
    over: (now, limit) =>
      perform(() =>
        entries.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= now).slice(0, limit),
      ),
    nextEnd: (now) =>
      perform(() => {
        const ends = entries.map(({ expiresAt }) => expiresAt ?? Infinity).filter((e) => e > now);
        const end = Math.min(...ends);
        return end === Infinity ? null : end;
      }),
    revision: () => perform(() => revision),
  };
}
