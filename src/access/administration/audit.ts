import { AccessError } from '../../domain/access-error.ts';
import type { Actor, AuditRow } from '../../domain/attempt.ts';
import type {
  AuditPage,
  AuditSpan,
  AuditState,
  Checkpoint,
  VerificationState,
} from '../../domain/audit.ts';
import { parsePhoneNumber } from '../../domain/phone-number.ts';
import type { AuditFilter } from '../../domain/ports.ts';
import {
  createCounting,
  type AuditCallers,
  type AuditCounts,
  type CallersWanted,
  type CountsWanted,
} from '../audit/counting.ts';
import type { ExportFormat } from '../audit/export.ts';
import { createRate } from '../rate.ts';
import type { RefusedRequest } from '../refused-requests.ts';
import { entries, type AdministrationParts } from './parts.ts';

export interface AuditAdministration {
  /** As many as were asked for, if there are so many, whatever it costs. */
  audit(filter: AuditFilter): Promise<AuditRow[]>;
  /** In bounded time. */
  auditPage(filter: AuditFilter): Promise<AuditPage>;
  /** How many of which kind in which column of a time; at most 1,000 columns. */
  auditCounts(wanted: CountsWanted): Promise<AuditCounts>;
  /** Who failed most often in a time. */
  auditCallers(wanted: CallersWanted): Promise<AuditCallers>;
  /** What `caller` is in the record for a telephone that a person writes. */
  callerAsWritten(text: string): string;
  /**
   * That somebody has taken it away is put on record first.
   * @throws AccessError `too-many-requests` while two are under way, or after too many in a minute.
   */
  exportAudit(span: AuditSpan, format: ExportFormat, by: Actor): AsyncGenerator<string>;
  auditState(): Promise<AuditState>;
  /** @throws AccessError `conflict` when there is no row. */
  checkpointAudit(): Promise<Checkpoint>;
  startAuditVerification(): VerificationState;
  auditVerification(): VerificationState | null;
  /** Puts a request on record that was refused at the door; a flood of them is summed up. */
  noteRefused(refused: RefusedRequest): void;
}

/** At once. */
const mostExports = 2;
/** Of one, in a minute: each is a row of the record, and who may only read must not push out what is there. */
const mostExportsInAMinute = 60;

export function auditAdministration(parts: AdministrationParts): AuditAdministration {
  const { stores, record, refusedRequests, clock, dialling } = parts;
  const entry = entries(clock);
  const counting = createCounting(stores.audit);

  /** Each reads the whole record, and calls share the database with it. */
  let underWay = 0;
  const exports = createRate(mostExportsInAMinute);
  const checkRoom = (): void => {
    if (underWay < mostExports) return;
    throw new AccessError(
      'too-many-requests',
      `${mostExports} exports are under way already; wait until one has ended.`,
    );
  };

  // counted from its first piece on: one that nobody reads is none
  async function* exporting(span: AuditSpan, format: ExportFormat, by: Actor) {
    checkRoom();
    underWay++;
    try {
      const detail = { format, ...onRecord(span) };
      await stores.audit.append(entry(by, 'audit-exported', { detail }));
      yield* record.export(span, format);
    } finally {
      underWay--;
    }
  }

  return {
    audit: (filter) => stores.audit.list(filter),
    auditPage: (filter) => stores.audit.page(filter),
    auditCounts: (wanted) => counting.counts(wanted),
    auditCallers: (wanted) => counting.callers(wanted),
    callerAsWritten: (text) => parsePhoneNumber(text, dialling) ?? text,
    exportAudit(span, format, by) {
      checkRoom();
      const wait = exports.take(by, clock.now());
      if (wait !== undefined) {
        throw new AccessError(
          'too-many-requests',
          `${by} has exported too often; wait ${wait} seconds.`,
        );
      }
      return exporting(span, format, by);
    },
    auditState: () => record.state(),
    checkpointAudit: () => record.checkpoint(),
    startAuditVerification: () => record.startVerification(),
    auditVerification: () => record.verification(),
    noteRefused: (refused) => refusedRequests.note(refused),
  };
}

/** The conditions that were given. */
function onRecord(span: AuditSpan): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(span)
      .filter((pair): pair is [string, string | number] => pair[1] !== undefined)
      .map(([name, value]) => [
        name,
        name === 'from' || name === 'to' ? new Date(value).toISOString() : value,
      ]),
  );
}
