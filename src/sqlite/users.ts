import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { UserStore } from '../domain/ports.ts';
import type { User } from '../domain/user.ts';
import type { AuditWriter } from './audit-log.ts';
import { instant, servicesOf, servicesText } from './columns.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly disabled: number;
  readonly services: string;
  readonly knock_code_lookup: string;
  readonly pin_hash: string;
  readonly created_at: number;
}

export function createUserStore(
  database: Database,
  { read, write, writeDurably }: Transactions,
  audit: AuditWriter,
): UserStore {
  const insert = database.prepare<unknown[], Row>(
    `INSERT INTO users (name, services, knock_code_lookup, pin_hash, created_at)
     VALUES (?, ?, ?, ?, ?) RETURNING *`,
  );
  const byId = database.prepare<[number], Row>('SELECT * FROM users WHERE id = ?');
  const byName = database.prepare<[string], Row>('SELECT * FROM users WHERE name = ?');
  const byLookup = database.prepare<[string], Row>(
    'SELECT * FROM users WHERE knock_code_lookup = ?',
  );
  const all = database.prepare<[], Row>('SELECT * FROM users ORDER BY name');
  const setDisabled = database.prepare<[number, number]>(
    'UPDATE users SET disabled = ? WHERE id = ?',
  );
  const setPin = database.prepare<[string, number]>('UPDATE users SET pin_hash = ? WHERE id = ?');

  return {
    add: (user, secrets, entry) =>
      write(() => {
        if (byName.get(user.name)) {
          throw new AccessError('conflict', `There is a user named ${user.name} already.`);
        }
        if (byLookup.get(secrets.knockCodeLookup)) {
          throw new AccessError(
            'conflict',
            'That knock code belongs to another user already; choose a different one.',
          );
        }
        const added = insert.get(
          user.name,
          servicesText(user.services),
          secrets.knockCodeLookup,
          secrets.pinHash,
          instant(user.createdAt),
        ) as Row;
        audit({ ...entry, userId: added.id });
        return userOf(added);
      }),
    byId: (id) => read(() => optional(byId.get(id))),
    byName: (name) => read(() => optional(byName.get(name))),
    byKnockCode: (lookup) =>
      read(() => {
        const row = byLookup.get(lookup);
        return (
          row && {
            user: userOf(row),
            secrets: { knockCodeLookup: row.knock_code_lookup, pinHash: row.pin_hash },
          }
        );
      }),
    list: () => read(() => all.all().map(userOf)),
    setDisabled: (id, disabled, entry) =>
      writeDurably(() => {
        if (setDisabled.run(disabled ? 1 : 0, id).changes === 0) throw noUser(id);
        audit(entry);
      }),
    setPin: (id, pinHash, entry) =>
      writeDurably(() => {
        if (setPin.run(pinHash, id).changes === 0) throw noUser(id);
        audit(entry);
      }),
  };
}

function noUser(id: number): AccessError {
  return new AccessError('not-found', `There is no user number ${id}.`);
}

function optional(row: Row | undefined): User | undefined {
  return row && userOf(row);
}

function userOf(row: Row): User {
  return {
    id: row.id,
    name: row.name,
    disabled: row.disabled === 1,
    services: servicesOf(row.services),
    createdAt: row.created_at,
  };
}
