import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { TokenStore } from '../domain/ports.ts';
import type { Role, Token } from '../domain/token.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant, nameBounds } from './columns.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

const columns = 'id, name, role, created_at, expires_at, revoked_at';

export function createTokenStore(
  database: Database,
  { read, write, writeDurably }: Transactions,
  audit: AuditWriter,
): TokenStore {
  const insert = database.prepare<unknown[], Row>(
    `INSERT INTO tokens (name, role, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
     RETURNING ${columns}`,
  );
  const byId = database.prepare<[number], Row>(`SELECT ${columns} FROM tokens WHERE id = ?`);
  const byName = database.prepare<[string], Row>(`SELECT ${columns} FROM tokens WHERE name = ?`);
  const byHash = database.prepare<[string], Row>(
    `SELECT ${columns} FROM tokens WHERE hash = ? AND revoked_at IS NULL`,
  );
  const all = database.prepare<[], Row>(`SELECT ${columns} FROM tokens ORDER BY name`);
  const page = database.prepare<[object], Row>(
    `SELECT ${columns} FROM tokens WHERE name > @after ORDER BY name LIMIT @limit`,
  );
  const revoke = database.prepare<[number, number]>(
    'UPDATE tokens SET revoked_at = ? WHERE id = ?',
  );

  return {
    add: (token, hash, entry) =>
      write(() => {
        if (byName.get(token.name)) {
          throw new AccessError(
            'conflict',
            `There is, or was, a token named ${token.name}; the record keeps its name, so choose another.`,
          );
        }
        const { name, role, createdAt, expiresAt } = token;
        const end = expiresAt === null ? null : instant(expiresAt);
        const row = insert.get(name, role, hash, instant(createdAt), end) as Row;
        audit(entry);
        return tokenOf(row);
      }),
    byHash: (hash) =>
      read(() => {
        const row = byHash.get(hash);
        return row && tokenOf(row);
      }),
    list: () => read(() => all.all().map(tokenOf)),
    page: (wanted) => read(() => page.all(nameBounds(wanted)).map(tokenOf)),
    byName: (name) =>
      read(() => {
        const row = byName.get(name);
        return row && tokenOf(row);
      }),
    revoke: (id, at, entry) =>
      writeDurably(() => {
        const row = byId.get(id);
        if (!row) throw new AccessError('not-found', `There is no token number ${id}.`);
        if (row.revoked_at !== null) {
          throw new AccessError('conflict', `The token ${row.name} has been revoked already.`);
        }
        revoke.run(instant(at), id);
        audit(entry);
      }),
  };
}

function tokenOf(row: Row): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
