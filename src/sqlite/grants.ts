import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import type { Grant, GrantEnd } from '../domain/grant.ts';
import type { GrantFilter, GrantStore } from '../domain/ports.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant, listOf, listText } from './columns.ts';
import { filtered } from './filtered.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly id: number;
  readonly user_id: number;
  readonly user_name: string;
  readonly address: string;
  readonly services: string;
  readonly opened_at: number;
  readonly expires_at: number;
  readonly call_id: number | null;
  readonly used_at: number | null;
  readonly ended_at: number | null;
  readonly end: GrantEnd | null;
}

/** @param index is named where a longer one would do, too: it holds what is open, and no past. */
const selectBy = (index: string): string =>
  `SELECT grants.*, users.name AS user_name
   FROM grants ${index} JOIN users ON users.id = grants.user_id`;
const select = selectBy('');

export function createGrantStore(
  database: Database,
  { read, write, writeDurably }: Transactions,
  audit: AuditWriter,
): GrantStore {
  const insert = database
    .prepare<unknown[], number>(
      `INSERT INTO grants (user_id, address, services, opened_at, expires_at, call_id)
       VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    )
    .pluck();
  const byId = database.prepare<[number], Row>(`${select} WHERE grants.id = ?`);
  const unended = database.prepare<[], Row>(`${select} WHERE ended_at IS NULL ORDER BY grants.id`);
  const unendedAt = database.prepare<[string], Row>(
    `${selectBy('INDEXED BY grants_unended_by_address')}
     WHERE ended_at IS NULL AND address = ? ORDER BY grants.id`,
  );
  const unendedOf = database.prepare<[number], Row>(
    `${selectBy('INDEXED BY grants_unended_by_user')}
     WHERE ended_at IS NULL AND user_id = ? ORDER BY grants.id`,
  );
  const unused = database.prepare<[], Row>(
    `${selectBy('INDEXED BY grants_unused')}
     WHERE ended_at IS NULL AND used_at IS NULL ORDER BY grants.id`,
  );
  const use = database.prepare<[number, number]>(
    'UPDATE grants SET used_at = ? WHERE id = ? AND ended_at IS NULL AND used_at IS NULL',
  );
  const page = filtered<GrantFilter, Row>(
    database,
    (where) => `${select} WHERE grants.id < @before${where} ORDER BY grants.id DESC LIMIT @limit`,
    [
      ['unended', 'ended_at IS NULL'],
      ['userId', 'user_id = @userId'],
      ['address', 'address = @address'],
    ],
  );
  const end = database.prepare<[number, string, number]>(
    'UPDATE grants SET ended_at = ?, "end" = ? WHERE id = ?',
  );

  return {
    add: (grant, entry, renews = []) =>
      write(() => {
        const id = insert.get(
          grant.userId,
          grant.address,
          listText(grant.services),
          instant(grant.openedAt),
          instant(grant.expiresAt),
          grant.callId,
        ) as number;
        audit({ ...entry, grantId: id });
        for (const old of renews) {
          if (byId.get(old.id)?.end !== null) continue;
          end.run(instant(grant.openedAt), 'renewed', old.id);
          audit({ ...old.entry, grantId: old.id });
        }
        return grantOf(byId.get(id) as Row);
      }),
    byId: (id) =>
      read(() => {
        const row = byId.get(id);
        return row && grantOf(row);
      }),
    unended: () => read(() => unended.all().map(grantOf)),
    unendedAt: (address) => read(() => unendedAt.all(address).map(grantOf)),
    unendedOf: (userId) => read(() => unendedOf.all(userId).map(grantOf)),
    unused: () => read(() => unused.all().map(grantOf)),
    use: (id, at, entry) =>
      write(() => {
        const { changes } = use.run(instant(at), id);
        if (changes === 1) audit({ ...entry, grantId: id });
        return changes === 1;
      }),
    end: (id, at, how, entry) =>
      // only what a person closes is taken away; the rest has run out or gone on under a new id
      (how === 'closed' ? writeDurably : write)(() => {
        const row = byId.get(id);
        if (!row) throw new AccessError('not-found', `There is no grant number ${id}.`);
        if (row.end !== null) {
          throw new AccessError('conflict', `Grant ${id} has ended already (${row.end}).`);
        }
        end.run(instant(at), how, id);
        audit({ ...entry, grantId: id });
      }),
    list: (filter) => read(() => page(filter).map(grantOf)),
  };
}

function grantOf(row: Row): Grant {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    address: row.address as Address,
    services: listOf(row.services),
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    callId: row.call_id,
    firstPacketAt: row.used_at,
    endedAt: row.ended_at,
    end: row.end,
  };
}
