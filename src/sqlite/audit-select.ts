import type { Database, Statement } from 'better-sqlite3';
import type { AuditSpan } from '../domain/audit.ts';
import type { AuditColumns } from './audit-rows.ts';

const conditions = {
  kind: 'kind = @kind',
  userId: 'user_id = @userId',
  address: 'address = @address',
  callId: 'call_id = @callId',
  caller: 'caller = @caller',
  actor: 'actor = @actor',
  from: 'at >= @from',
  to: 'at < @to',
} as const satisfies Readonly<Record<keyof AuditSpan, string>>;

/** Rows between two numbers that fit, oldest first: all are looked at, without an index. */
export function createAuditSelect(
  database: Database,
): (span: AuditSpan, fromSeq: number, throughSeq: number) => AuditColumns[] {
  const prepared = new Map<string, Statement<[object], AuditColumns>>();
  return (span, fromSeq, throughSeq) => {
    const where = Object.entries(conditions)
      .filter(([name]) => span[name as keyof AuditSpan] !== undefined)
      .map(([, condition]) => ` AND ${condition}`)
      .join('');
    const statement =
      prepared.get(where) ??
      database.prepare<[object], AuditColumns>(
        `SELECT * FROM audit NOT INDEXED
         WHERE seq BETWEEN @fromSeq AND @throughSeq${where} ORDER BY seq`,
      );
    prepared.set(where, statement);
    return statement.all({ ...span, fromSeq, throughSeq });
  };
}
