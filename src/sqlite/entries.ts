import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import { targetText, unresolved, type Entry, type Target } from '../domain/entry.ts';
import type { AddedEntry, EntryStore, WantedEntry } from '../domain/ports.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant, listOf, listText, pageBounds } from './columns.ts';
import { createResolutionStore } from './resolutions.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly id: number;
  readonly label: string;
  readonly kind: Target['kind'];
  readonly target: string;
  readonly services: string;
  readonly expires_at: number | null;
  readonly note: string;
  readonly source: string;
  readonly created_at: number;
}

interface TargetsRow {
  readonly targets: string;
  readonly services: string;
  readonly expires_at: number | null;
  readonly by_name: number;
}

/** A few long texts: a hundred thousand rows would cost eight times as much. No target has a blank in it. */
const selectTargets = `
  SELECT group_concat(target, ' ') AS targets, services, expires_at, by_name FROM (
    SELECT target, services, expires_at, 0 AS by_name FROM entries WHERE kind <> 'name'
    UNION ALL
    SELECT meaning.value, services, expires_at, 1
      FROM entries JOIN resolutions ON entry_id = entries.id, json_each(addresses) AS meaning
      WHERE kind = 'name'
  )
  WHERE expires_at IS NULL OR expires_at > @now
  GROUP BY by_name, services, expires_at`;

/** What a name means is an array in JSON, and no address has a quotation mark in it. */
const selectCovering = `
  SELECT * FROM entries
    WHERE kind <> 'name' AND target IN (SELECT value FROM json_each(@targets))
  UNION ALL
  SELECT entries.* FROM entries JOIN resolutions ON entry_id = entries.id
    WHERE kind = 'name' AND instr(addresses, @quoted) > 0
  ORDER BY id`;

/** Looks at each of them at worst, which for the most that there may be takes some tens of ms. `lower` knows A to Z. */
const selectFitting = `
  SELECT * FROM entries
  WHERE id < @before
    AND (@failing = 0 OR id IN (SELECT entry_id FROM resolutions WHERE failing_since IS NOT NULL))
    AND (@find = '' OR instr(lower(label), @find) > 0 OR instr(lower(target), @find) > 0
      OR instr(lower(note), @find) > 0
      OR id IN (SELECT entry_id FROM resolutions WHERE instr(addresses, @find) > 0))
  ORDER BY id DESC LIMIT @limit`;
const small = (capitals: string): string => capitals.toLowerCase();

export function createEntryStore(
  database: Database,
  { read, write, writeDurably }: Transactions,
  audit: AuditWriter,
): EntryStore {
  const insert = database.prepare<unknown[], Row>(
    `INSERT INTO entries (label, kind, target, services, expires_at, note, source, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const byId = database.prepare<[number], Row>('SELECT * FROM entries WHERE id = ?');
  const byLabel = database.prepare<[string], Row>('SELECT * FROM entries WHERE label = ?');
  const all = database.prepare<[], Row>('SELECT * FROM entries ORDER BY id');
  const ofKind = database.prepare<[string], Row>(
    'SELECT * FROM entries WHERE kind = ? ORDER BY id',
  );
  const count = database.prepare<[], number>('SELECT count(*) FROM entries').pluck();
  const page = database.prepare<[object], Row>(
    'SELECT * FROM entries WHERE id < @before ORDER BY id DESC LIMIT @limit',
  );
  const fitting = database.prepare<[object], Row>(selectFitting);
  const update = database.prepare<unknown[], Row>(
    'UPDATE entries SET services = ?, expires_at = ?, note = ? WHERE id = ? RETURNING *',
  );
  const remove = database.prepare<[number]>('DELETE FROM entries WHERE id = ?');
  const targets = database.prepare<[object], TargetsRow>(selectTargets);
  const covering = database.prepare<[object], Row>(selectCovering);
  const over = database.prepare<[number, number], Row>(
    'SELECT * FROM entries WHERE expires_at <= ? ORDER BY id LIMIT ?',
  );
  const nextEnd = database
    .prepare<[number], number | null>('SELECT min(expires_at) FROM entries WHERE expires_at > ?')
    .pluck();
  const revision = database.prepare<[], number>('SELECT revision FROM entries_revision').pluck();
  const resolutions = createResolutionStore(database);

  function rowOf(id: number): Row {
    const row = byId.get(id);
    if (!row) throw new AccessError('not-found', `There is no entry number ${id}.`);
    return row;
  }

  function insertEntry({ entry, audit: audited }: WantedEntry): Row {
    const row = insert.get(
      entry.label,
      entry.target.kind,
      targetText(entry.target),
      listText(entry.services),
      endOf(entry.expiresAt),
      entry.note,
      entry.source,
      instant(entry.createdAt),
    );
    audit(audited);
    return row as Row;
  }

  return {
    add: (entry, audited) =>
      write(() => {
        if (byLabel.get(entry.label)) {
          throw new AccessError('conflict', `There is an entry labelled ${entry.label} already.`);
        }
        return reader()(insertEntry({ entry, audit: audited }));
      }),
    addAll: (wanted, most) =>
      write(() => {
        const entryOf = reader();
        let room = most - (count.get() ?? 0);
        return wanted.map((one): AddedEntry => {
          const taken = byLabel.get(one.entry.label);
          if (taken) return { kind: 'taken', entry: entryOf(taken) };
          if (room <= 0) return { kind: 'full' };
          room--;
          return { kind: 'added', entry: entryOf(insertEntry(one)) };
        });
      }),
    byLabel: (label) =>
      read(() => {
        const row = byLabel.get(label);
        return row && reader()(row);
      }),
    list: ({ find = '', failing = false, ...rest }) =>
      read(() => {
        const bounds = pageBounds(rest);
        const all = find === '' && !failing;
        const wanted = {
          ...bounds,
          find: find.replace(/[A-Z]+/g, small),
          failing: Number(failing),
        };
        return (all ? page.all(bounds) : fitting.all(wanted)).map(reader());
      }),
    all: (kind) => read(() => (kind === undefined ? all.all() : ofKind.all(kind)).map(reader())),
    count: () => read(() => count.get() ?? 0),
    failing: () => read(() => resolutions.failing()),
    // shortening, taking services away: what a person takes must not come back after a power failure
    change: (id, changes, audited) =>
      writeDurably(() => {
        const { services, expiresAt, note } = { ...reader()(rowOf(id)), ...changes };
        const row = update.get(listText(services), endOf(expiresAt), note, id) as Row;
        audit(audited);
        return reader()(row);
      }),
    remove: (id, audited) =>
      writeDurably(() => {
        rowOf(id);
        remove.run(id);
        audit(audited);
      }),
    resolutionOf: (id) => read(() => resolutions.of(id) ?? unresolved),
    resolved: (id, resolution, audited) =>
      write(() => {
        rowOf(id);
        resolutions.put(id, resolution);
        if (audited) audit(audited);
      }),
    targetsAt: (now) =>
      read(() =>
        targets.all({ now }).map((row) => ({
          targets: row.targets.split(' '),
          services: listOf(row.services),
          until: row.expires_at,
          byName: row.by_name === 1,
        })),
      ),
    covering: (all, address) =>
      read(() =>
        covering.all({ targets: listText(all), quoted: JSON.stringify(address) }).map(reader()),
      ),
    over: (now, limit) => read(() => over.all(now, limit).map(reader())),
    nextEnd: (now) => read(() => nextEnd.get(now) ?? null),
    revision: () => read(() => revision.get() ?? 0),
  };
}

const endOf = (expiresAt: number | null): number | null =>
  expiresAt === null ? null : instant(expiresAt);

/** Reads rows, each different list of services once: a hundred thousand entries have but a few. */
function reader(): (row: Row) => Entry {
  const lists = new Map<string, readonly string[]>();
  return (row) => {
    const services = lists.get(row.services) ?? (JSON.parse(row.services) as string[]);
    lists.set(row.services, services);
    return {
      id: row.id,
      label: row.label,
      target: targetOf(row),
      services,
      expiresAt: row.expires_at,
      note: row.note,
      source: row.source,
      createdAt: row.created_at,
    };
  };
}

function targetOf({ kind, target }: Row): Target {
  if (kind === 'name') return { kind, name: target };
  return kind === 'host' ? { kind, address: target as Address } : { kind, network: target };
}
