import type { AuditSpan } from '../domain/audit.ts';

/** A condition that has an index of its own, in the order of the numbers. */
interface Condition {
  readonly index: string;
  readonly sql: (table: string) => string;
}

export const conditions = {
  kind: { index: 'audit_by_kind', sql: (t) => `${t}.kind = @kind` },
  userId: { index: 'audit_by_user', sql: (t) => `${t}.user_id = @userId` },
  address: { index: 'audit_by_address', sql: (t) => `${t}.address = @address` },
  callId: { index: 'audit_by_call', sql: (t) => `${t}.call_id = @callId` },
  caller: { index: 'audit_by_caller', sql: (t) => `${t}.caller = @caller` },
  actor: {
    index: 'audit_by_actor',
    sql: (t) => `${t}.actor = @actor AND ${t}.actor NOT GLOB 'call:*'`,
  },
} as const satisfies Record<string, Condition>;

export type Name = keyof typeof conditions;
const names = Object.keys(conditions) as Name[];

export interface Asked {
  /** What the rows are compared with; `byCall`, which has no index, is an actor. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly given: readonly Name[];
}

/** The conditions that were given, as the indexes have them. */
export function asked(span: Pick<AuditSpan, Name>): Asked {
  const values: Record<string, string | number> = {};
  for (const name of names) {
    const value = span[name];
    if (value !== undefined) values[name] = value;
  }
  // what a call did is found by the call
  const call = /^call:([0-9]{1,15})$/.exec(span.actor ?? '')?.[1];
  if (call !== undefined) {
    delete values['actor'];
    values['byCall'] = `call:${call}`;
    values['callId'] ??= Number(call);
  }
  return { values, given: names.filter((name) => values[name] !== undefined) };
}
