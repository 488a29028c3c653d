import type { AuditAnswer } from '../../../http/answers/records.ts';
import { kindWords, type Kind } from '../../api/kinds.ts';
import type { Names } from '../history/use-names.ts';

/** What is told to those who do not see it, and cannot look at everything. */
const told: ReadonlySet<Kind> = new Set<Kind>([
  'gate-opened',
  'gate-renewed',
  'gate-closed',
  'gate-expired',
  'gate-used',
  'gate-failed',
  'lockout-began',
  'brake-began',
  'audit-suspect',
  'server-started',
]);

const good: ReadonlySet<Kind> = new Set<Kind>([
  'gate-opened',
  'gate-renewed',
  'gate-used',
  'attempt-accepted',
]);
const bad: ReadonlySet<Kind> = new Set<Kind>([
  'gate-failed',
  'gate-healed',
  'attempt-refused',
  'lockout-began',
  'brake-began',
  'knock-code-exposed',
  'access-refused',
  'audit-suspect',
  'audit-checkpoint-failed',
  'notification-failed',
]);

export function toneOf(kind: Kind): 'good' | 'bad' | 'plain' {
  if (good.has(kind)) return 'good';
  return bad.has(kind) ? 'bad' : 'plain';
}

/** A user who was removed has no name any more. */
export const userOf = (names: Names, { userId }: AuditAnswer): string | undefined =>
  userId === undefined ? undefined : names.get(userId);

/** Whom or what it was about, as far as the row says. */
export function whoseOf(row: AuditAnswer, userName: string | undefined): string {
  const { address, detail, caller, actor } = row;
  const named = ['name', 'label', 'reason'].map((key) => detail?.[key]).find(Boolean);
  const words = [userName ?? named, address].filter(Boolean);
  if (words.length > 0) return words.join(', ');
  return caller ?? actor.slice(actor.indexOf(':') + 1);
}

export function spokenOf(row: AuditAnswer, userName: string | undefined): string | undefined {
  return told.has(row.kind) ? `${kindWords[row.kind]}: ${whoseOf(row, userName)}` : undefined;
}
