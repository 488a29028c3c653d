import type { Database } from 'better-sqlite3';
import type { AuditEntry, AuditRow } from '../domain/attempt.ts';
import type { RecordSeal } from '../domain/audit.ts';
import { createAuditChain } from './audit-chain.ts';
import { auditRowOf } from './audit-rows.ts';
import { instant } from './columns.ts';

/** Writes one entry inside the transaction under way, sealed to the one before. */
export type AuditWriter = (entry: AuditEntry) => AuditRow;

export function createAuditWriter(database: Database, seal: RecordSeal): AuditWriter {
  const insert = database.prepare(
    `INSERT INTO audit (seq, at, actor, kind, user_id, grant_id, call_id, address, detail, caller, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const chain = createAuditChain(database, seal);
  const isUnsealed = unsealedLeft(database);
  const callerOf = callersOfCalls(database);

  return ({ at, actor, kind, userId, grantId, callId, address, caller, detail }) => {
    const end = chain.last();
    const row = {
      // also after rows that somebody else has put at the end: what happens must be on record
      seq: Math.max(end.block?.lastSeq ?? 0, end.newest) + 1,
      at: instant(at),
      actor: wellFormed(actor),
      kind,
      user_id: userId ?? null,
      grant_id: grantId ?? null,
      call_id: callId ?? null,
      address: address ?? null,
      caller: wellFormed(caller ?? callerOf(callId)),
      detail: detail === undefined ? null : JSON.stringify(detail),
    };
    // behind rows of an older release that have no hash yet there is nothing to chain it to
    const [hash] = isUnsealed()
      ? [null]
      : chain.extend(end, [
          { ...row, userId: row.user_id, grantId: row.grant_id, callId: row.call_id },
        ]);
    const { seq, user_id, grant_id, call_id, detail: text } = row;
    insert.run(
      ...[seq, row.at, row.actor, kind, user_id, grant_id, call_id, row.address, text, row.caller],
      hash,
    );
    return auditRowOf(row);
  };
}

/** As SQLite will give it back: half a character would be under the hash, and another one in the row. */
function wellFormed<Text extends string | null>(text: Text): Text {
  return text === null ? text : (Buffer.from(text, 'utf8').toString('utf8') as Text);
}

/** Once all are sealed, none without a hash can come: the schema sees to it. */
function unsealedLeft(database: Database): () => boolean {
  const look = database
    .prepare<[], number>('SELECT 1 FROM audit WHERE hash IS NULL LIMIT 1')
    .pluck();
  let none = false;
  return () => {
    none ||= look.get() === undefined;
    return !none;
  };
}

/** As many calls as can be going on. */
const mostRemembered = 200;

/** The telephone of a call, as the row has it with which the call began. */
function callersOfCalls(database: Database): (callId: number | undefined) => string | null {
  const look = database
    .prepare<[number], string>(
      'SELECT caller FROM audit WHERE call_id = ? AND caller IS NOT NULL ORDER BY seq LIMIT 1',
    )
    .pluck();
  const known = new Map<number, string>();
  return (callId) => {
    if (callId === undefined) return null;
    const caller = known.get(callId) ?? look.get(callId);
    if (caller === undefined) return null;
    known.set(callId, caller);
    const [oldest] = known.keys();
    if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest);
    return caller;
  };
}
