import type { SealedRow } from '../../src/domain/audit.ts';

export const start = Date.UTC(2025, 0, 1);
/** Between two rows. */
export const step = 3000;
export const users = 500;

/** A number that looks like chance and is always the same. */
function chance(n: number, of: number): number {
  let x = Math.imul(n ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return ((x ^ (x >>> 16)) >>> 0) % of;
}

/** A few have most: the lower, the oftener. */
const skewed = (n: number, of: number): number =>
  Math.floor(of * (chance(n, 100_000) / 100_000) ** 3);

/** A call has this many rows, of which each tenth call's last is somebody's at a desk. */
const perCall = 5;
const told = ['call-began', 'attempt-accepted', 'gate-opened', 'call-ended', 'gate-expired'];
const failed = ['call-began', 'attempt-refused', 'attempt-refused', 'lockout-began', 'call-ended'];

/**
 * Row n of a record of calls: one in ten fails, by strangers of whom each has many numbers; a few
 * users, telephones and addresses have most of the rows. The clock is set back by an hour now and then.
 */
export function rowOf(seq: number): Omit<SealedRow, 'hash'> {
  const call = Math.floor((seq - 1) / perCall) + 1;
  const place = (seq - 1) % perCall;
  const bad = chance(call, 10) === 0;
  const setBack = seq % 1_000_000 < 500 ? 3_600_000 : 0;
  const at = start + seq * step - setBack;
  if (place === 4 && call % 10 === 0) return byHand(seq, at);
  const user = 1 + skewed(call, users);
  const kind = (bad ? failed : told)[place] ?? 'call-began';
  const caller = bad ? `1555${chance(call * 7, 2_000_000)}` : `1444${user}${chance(call * 3, 4)}`;
  return {
    seq,
    at,
    actor: kind === 'call-began' || kind === 'gate-expired' ? 'system' : `call:${call}`,
    kind,
    userId: kind === 'call-began' || bad ? null : user,
    grantId: kind.startsWith('gate') ? call : null,
    callId: call,
    address: kind.startsWith('gate') ? `100.${64 + skewed(call * 5, 64)}.${user % 250}.7` : null,
    caller,
    detail: JSON.stringify({ caller: `+${caller}`, reason: 'because of this', n: seq }),
  };
}

function byHand(seq: number, at: number): Omit<SealedRow, 'hash'> {
  const kinds = ['user-changed', 'gate-closed', 'gate-healed', 'entry-added'];
  const kind = kinds[chance(seq, 4)] ?? 'user-changed';
  return {
    seq,
    at,
    actor: kind === 'gate-healed' ? 'system' : chance(seq, 50) === 0 ? 'cli:root' : 'token:ops',
    kind,
    userId: kind.startsWith('user') ? 1 + chance(seq, users) : null,
    grantId: null,
    callId: null,
    address: null,
    caller: null,
    detail: JSON.stringify({ name: `somebody-${chance(seq, users)}`, services: 'sip web' }),
  };
}
