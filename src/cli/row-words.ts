import type { AuditAnswer } from '../http/answers.ts';
import { printable, when } from './table.ts';

export const detailWords = ({ detail = {} }: AuditAnswer): string =>
  Object.entries(detail)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** Long enough for most, so that what follows stands below each other. */
const kindWidth = 18;
const whoWidth = 24;

/** A row in one line: when, what, who (whom it is about, and by whom), the address and what else there is. */
export function rowLine(row: AuditAnswer, userName: string | undefined): string {
  const { at, kind, actor, caller, address } = row;
  const about = userName ?? caller;
  const by = about === undefined ? actor : actor === 'system' ? '' : `(${actor})`;
  const who = [about, by].filter(Boolean).join(' ');
  const cells = [when(at), kind.padEnd(kindWidth), who.padEnd(whoWidth), address ?? '-'];
  return printable([...cells, detailWords(row)].join('  ')).trimEnd();
}
