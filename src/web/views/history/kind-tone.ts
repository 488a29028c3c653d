import { alarmKinds } from '../../../domain/attempt.ts';
import type { Kind } from '../../api/kinds.ts';

export const alarmKindSet: ReadonlySet<Kind> = new Set(alarmKinds);

/** The colour of a line: somebody came in, somebody was kept out, or neither. */
export function kindTone(kind: Kind): 'plain' | 'good' | 'warn' {
  if (/^(gate-(opened|renewed|used)|attempt-accepted)$/.test(kind)) return 'good';
  return /(refused|failed|failing)$/.test(kind) ? 'warn' : 'plain';
}
