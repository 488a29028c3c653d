import type { Database, Statement } from 'better-sqlite3';
import type { Address } from '../domain/address.ts';
import type { Actor, AuditEntry, AuditKind, AuditRow } from '../domain/attempt.ts';
import type { AuditFilter, AuditLog } from '../domain/ports.ts';
import { instant, pageBounds } from './columns.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: string;
  readonly user_id: number | null;
  readonly grant_id: number | null;
  readonly call_id: number | null;
  readonly address: string | null;
  readonly detail: string | null;
}

/** Writes one entry inside the transaction under way. */
export type AuditWriter = (entry: AuditEntry) => AuditRow;

export function createAuditWriter(database: Database): AuditWriter {
  const insert = database.prepare<unknown[], Row>(
    `INSERT INTO audit (at, actor, kind, user_id, grant_id, call_id, address, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  return ({ at, actor, kind, userId, grantId, callId, address, detail }) => {
    const written = insert.get(
      instant(at),
      actor,
      kind,
      userId ?? null,
      grantId ?? null,
      callId ?? null,
      address ?? null,
      detail === undefined ? null : JSON.stringify(detail),
    );
    // RETURNING gives the row or throws
    return auditRowOf(written as Row);
  };
}

const conditions = [
  ['kind', 'kind = @kind'],
  ['userId', 'user_id = @userId'],
  ['address', 'address = @address'],
  ['callId', 'call_id = @callId'],
] as const satisfies readonly (readonly [keyof AuditFilter, string])[];

export function createAuditLog(
  database: Database,
  transactions: Transactions,
  write: AuditWriter,
): AuditLog {
  // one statement for each combination of filters that has been asked for: 16 at most
  const prepared = new Map<string, Statement<[object], Row>>();

  function statementFor(filter: AuditFilter): Statement<[object], Row> {
    const where = conditions
      .filter(([key]) => filter[key] !== undefined)
      .map(([, condition]) => ` AND ${condition}`)
      .join('');
    let statement = prepared.get(where);
    if (!statement) {
      statement = database.prepare(
        `SELECT * FROM audit WHERE seq < @before${where} ORDER BY seq DESC LIMIT @limit`,
      );
      prepared.set(where, statement);
    }
    return statement;
  }

  return {
    append: (entry) => transactions.write(() => write(entry)),
    list: (filter) =>
      transactions.read(() =>
        statementFor(filter)
          .all({ ...filter, ...pageBounds(filter) })
          .map(auditRowOf),
      ),
  };
}

function auditRowOf(row: Row): AuditRow {
  return {
    seq: row.seq,
    at: row.at,
    actor: row.actor as Actor,
    kind: row.kind as AuditKind,
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.grant_id !== null && { grantId: row.grant_id }),
    ...(row.call_id !== null && { callId: row.call_id }),
    ...(row.address !== null && { address: row.address as Address }),
    ...(row.detail !== null && {
      detail: JSON.parse(row.detail) as NonNullable<AuditEntry['detail']>,
    }),
  };
}
