import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { CallOutcome, CallRecord } from '../domain/attempt.ts';
import type { CallFilter, CallStore } from '../domain/ports.ts';
import type { Attestation } from '../domain/user.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant } from './columns.ts';
import { filtered } from './filtered.ts';
import type { Transactions } from './transactions.ts';

interface Row {
  readonly id: number;
  readonly caller_number: string | null;
  readonly dialled: string;
  readonly attestation: Attestation | null;
  readonly call_back_of: number | null;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly outcome: string | null;
  readonly user_id: number | null;
}

export function createCallStore(
  database: Database,
  { read, write }: Transactions,
  audit: AuditWriter,
): CallStore {
  const insert = database.prepare<unknown[], Row>(
    `INSERT INTO calls (caller_number, dialled, attestation, call_back_of, began_at)
     VALUES (?, ?, ?, ?, ?) RETURNING *`,
  );
  const byId = database.prepare<[number], Row>('SELECT * FROM calls WHERE id = ?');
  const end = database.prepare<[number, string, number | null, number]>(
    'UPDATE calls SET ended_at = ?, outcome = ?, user_id = ? WHERE id = ?',
  );
  const recognised = database
    .prepare<[number, string, number], number>(
      // left to itself it would go through all calls of the user
      `SELECT 1 FROM calls INDEXED BY calls_recognised JOIN users ON users.id = user_id
       WHERE user_id = ? AND caller_number IN (SELECT value FROM json_each(?)) AND began_at >= ? AND calls.id > known_after_call
       LIMIT 1`,
    )
    .pluck();
  const unended = database.prepare<[], Row>(
    'SELECT * FROM calls WHERE ended_at IS NULL ORDER BY id',
  );
  const page = filtered<CallFilter, Row>(
    database,
    (where) => `SELECT * FROM calls WHERE id < @before${where} ORDER BY id DESC LIMIT @limit`,
    [
      ['userId', 'user_id = @userId'],
      ['callerNumber', 'caller_number = @callerNumber'],
      ['inProgress', 'ended_at IS NULL'],
    ],
  );

  return {
    begin: (call, entry) =>
      write(() => {
        const row = insert.get(
          call.callerNumber,
          call.dialled,
          call.attestation,
          call.callBackOf,
          instant(call.beganAt),
        ) as Row;
        audit({ ...entry, callId: row.id });
        return callOf(row);
      }),
    end: (id, at, outcome, userId, entry) =>
      write(() => {
        const row = byId.get(id);
        if (!row) throw new AccessError('not-found', `There is no call number ${id}.`);
        if (row.ended_at !== null) return;
        end.run(instant(at), outcome, userId, id);
        audit({ ...entry, callId: id });
      }),
    recognisedFrom: (userId, callerNumbers, since) =>
      read(
        () => recognised.get(userId, JSON.stringify(callerNumbers), instant(since)) !== undefined,
      ),
    unended: () => read(() => unended.all().map(callOf)),
    byId: (id) =>
      read(() => {
        const row = byId.get(id);
        return row && callOf(row);
      }),
    list: (filter) => read(() => page(filter).map(callOf)),
  };
}

function callOf(row: Row): CallRecord {
  return {
    id: row.id,
    callerNumber: row.caller_number,
    dialled: row.dialled,
    attestation: row.attestation,
    callBackOf: row.call_back_of,
    beganAt: row.began_at,
    endedAt: row.ended_at,
    outcome: row.outcome as CallOutcome | null,
    userId: row.user_id,
  };
}
