import { AccessError } from '../../domain/access-error.ts';
import type { AuditRow, CallRecord } from '../../domain/attempt.ts';
import type { CallFilter } from '../../domain/ports.ts';
import { pageOf, type PageOf } from '../paging.ts';
import type { AdministrationParts } from './parts.ts';

/** A call with what happened in it, in order; no step holds a secret. */
export type SeenCall = CallRecord & { readonly steps: readonly AuditRow[] };

export interface CallAdministration {
  /** Newest first. */
  calls(filter: CallFilter): Promise<PageOf<CallRecord, number>>;
  /** @throws AccessError `not-found`. */
  call(id: number): Promise<SeenCall>;
}

/** More than a call of ten minutes has. */
const mostSteps = 1000;

export function callAdministration({ stores }: AdministrationParts): CallAdministration {
  const { calls, audit } = stores;
  return {
    calls: (filter) =>
      pageOf(
        filter,
        (page) => calls.list(page),
        ({ id }) => id,
      ),
    async call(id) {
      const call = await calls.byId(id);
      if (!call) throw new AccessError('not-found', `There is no call number ${id}.`);
      const steps = await audit.list({ callId: id, limit: mostSteps });
      return { ...call, steps: steps.toReversed() };
    },
  };
}
