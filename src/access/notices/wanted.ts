import { alarmKinds, type AuditKind, type AuditRow } from '../../domain/attempt.ts';
import type { ReceiverId } from '../../domain/notice.ts';

/** What the notices themselves put on record: nobody is told of it, or it would go round for ever. */
const ownKinds = new Set<AuditKind>(['notification-failed', 'notification-tested']);

const alarms = new Set<AuditKind>(alarmKinds.filter((kind) => !ownKinds.has(kind)));

/** Why an address is not opened without anything being wrong here; deploy/prometheus-alerts.yml alarms on all others, too. */
const harmless = new Set<unknown>([
  'address-refused',
  'too-many-open',
  'user-disabled',
  'user-changed',
  'conflict',
  'invalid',
]);

const isAlarm = ({ kind, detail }: AuditRow): boolean =>
  alarms.has(kind) && !(kind === 'gate-failed' && harmless.has(detail?.['reason']));

/** What a webhook may ask for. */
export const isTellable = (kind: AuditKind): boolean => !ownKinds.has(kind);

/** What administrators are told: alarms, and that a user has said "this was not me". */
const isForAdministrators = (row: AuditRow): boolean =>
  isAlarm(row) || (row.kind === 'user-disabled' && row.detail?.['reason'] === 'not-me');

const isForTheUser = ({ kind }: AuditRow): boolean => kind === 'gate-opened';

/** Whoever can be told. */
export interface Told {
  readonly webhooks: readonly {
    readonly id: ReceiverId;
    /** Null is the usual ones. */
    readonly kinds: readonly AuditKind[] | null;
  }[];
  /** E-mail addresses; none where no mail is sent. */
  readonly administrators: readonly string[];
  /** Whether users who have an e-mail address are written to. */
  readonly users: boolean;
}

/** Who is to be told of a row; of the user only whether, as their address is not known here. */
export function receiversOf(row: AuditRow, told: Told): ReceiverId[] {
  if (!isTellable(row.kind)) return [];
  const forAdministrators = isForAdministrators(row);
  const forTheUser = isForTheUser(row);
  const usual = forAdministrators || forTheUser;
  return [
    ...(told.users && forTheUser && row.userId !== undefined
      ? [`user:${row.userId}` as const]
      : []),
    ...told.webhooks
      .filter(({ kinds }) => (kinds === null ? usual : kinds.includes(row.kind)))
      .map(({ id }) => id),
    ...(forAdministrators ? told.administrators.map((address) => `mail:${address}` as const) : []),
  ];
}
