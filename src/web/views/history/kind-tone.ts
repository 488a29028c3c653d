import type { Kind } from '../../api/kinds.ts';

/** What an administrator wants to know at once (domain/attempt's alarmKinds). */
export const alarmKindSet: ReadonlySet<Kind> = new Set<Kind>([
  'brake-began',
  'lockout-began',
  'knock-code-exposed',
  'gate-failed',
  'call-back-failed',
  'name-failing',
  'audit-suspect',
  'audit-checkpoint-failed',
  'notification-failed',
]);

/** The colour of a line: somebody came in, somebody was kept out, or neither. */
export function kindTone(kind: Kind): 'plain' | 'good' | 'warn' {
  if (/^(gate-(opened|renewed|used)|attempt-accepted)$/.test(kind)) return 'good';
  return /(refused|failed|failing)$/.test(kind) ? 'warn' : 'plain';
}
