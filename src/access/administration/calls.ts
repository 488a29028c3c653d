import { AccessError } from '../../domain/access-error.ts';
import type { AuditKind, AuditRow, CallRecord, CallStep } from '../../domain/attempt.ts';
import type { CallFilter } from '../../domain/ports.ts';
import { pageOf, seenPage, type PageOf } from '../paging.ts';
import type { AdministrationParts } from './parts.ts';

/** A call with the step that it is at; null when it has ended. */
export type CallNow = CallRecord & { readonly step: CallStep | null };

/** A call with what happened in it, in order; no step holds a secret. */
export type SeenCall = CallNow & { readonly steps: readonly AuditRow[] };

export interface CallAdministration {
  /** Newest first. */
  calls(filter: CallFilter): Promise<PageOf<CallNow, number>>;
  /** @throws AccessError `not-found`. */
  call(id: number): Promise<SeenCall>;
}

/** Of the rows of a call, by which one tells where it is: more than two steps have between them. */
const lately = 100;
/** More than a call of ten minutes has. */
const mostSteps = 1000;

export function callAdministration({ stores }: AdministrationParts): CallAdministration {
  const { calls, audit } = stores;
  return {
    calls: (filter) =>
      seenPage(
        pageOf(
          filter,
          (page) => calls.list(page),
          ({ id }) => id,
        ),
        (rows) =>
          Promise.all(
            rows.map(async (call) => ({
              ...call,
              step:
                call.endedAt === null
                  ? stepOf(await audit.list({ callId: call.id, limit: lately }))
                  : null,
            })),
          ),
      ),
    async call(id) {
      const call = await calls.byId(id);
      if (!call) throw new AccessError('not-found', `There is no call number ${id}.`);
      const steps = await audit.list({ callId: id, limit: mostSteps });
      const step = call.endedAt === null ? stepOf(steps) : null;
      return { ...call, step, steps: steps.toReversed() };
    },
  };
}

/** What each of these rows leads to. */
const stepAfter: Readonly<Partial<Record<AuditKind, CallStep>>> = {
  'attempt-accepted': 'identified',
  'pairing-began': 'pairing',
  'pairing-ended': 'address',
  'address-refused': 'address',
  'gate-opened': 'open',
  'gate-renewed': 'open',
};

/** @param rows the newest first. */
function stepOf(rows: readonly AuditRow[]): CallStep {
  for (const { kind } of rows) {
    const step = stepAfter[kind];
    if (step) return step;
  }
  return 'greeting';
}
