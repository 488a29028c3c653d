import type { Address } from '../domain/address.ts';
import type { Actor, AuditEntry, AuditKind, AuditRow } from '../domain/attempt.ts';
import type { AuditBlock, SealedRow } from '../domain/audit.ts';

export interface AuditColumns {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: string;
  readonly user_id: number | null;
  readonly grant_id: number | null;
  readonly call_id: number | null;
  readonly address: string | null;
  readonly detail: string | null;
  readonly caller: string | null;
  readonly hash: Buffer | null;
}

export function auditRowOf(row: Omit<AuditColumns, 'hash'>): AuditRow {
  return {
    seq: row.seq,
    at: row.at,
    actor: row.actor as Actor,
    kind: row.kind as AuditKind,
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.grant_id !== null && { grantId: row.grant_id }),
    ...(row.call_id !== null && { callId: row.call_id }),
    ...(row.address !== null && { address: row.address as Address }),
    ...(row.caller !== null && { caller: row.caller }),
    ...(row.detail !== null && {
      detail: JSON.parse(row.detail) as NonNullable<AuditEntry['detail']>,
    }),
  };
}

export function sealedRowOf(row: AuditColumns): SealedRow {
  return {
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    kind: row.kind,
    userId: row.user_id,
    grantId: row.grant_id,
    callId: row.call_id,
    address: row.address,
    caller: row.caller,
    detail: row.detail,
    hash: row.hash,
  };
}

export interface BlockColumns {
  readonly block: number;
  readonly from_at: number;
  readonly to_at: number;
  readonly last_seq: number;
  readonly hash: Buffer;
  readonly seal: Buffer;
}

export const blockOfRow = (row: BlockColumns): AuditBlock => ({
  block: row.block,
  fromAt: row.from_at,
  toAt: row.to_at,
  lastSeq: row.last_seq,
  hash: row.hash,
  seal: row.seal,
});
