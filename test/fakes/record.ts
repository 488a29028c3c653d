import { createRefusedRequests } from '../../src/access/refused-requests.ts';
import { createCheckpoints } from '../../src/access/audit/checkpoints.ts';
import { createAuditRecord } from '../../src/access/audit/record.ts';
import { verifyRecord } from '../../src/access/audit/verification.ts';
import type { AdministrationParts } from '../../src/access/administration.ts';
import type { AuditKeeping, Stores } from '../../src/domain/ports.ts';
import { systemTimer, type Clock } from '../../src/domain/time.ts';
import { testSeal } from '../fixtures/record-seal.ts';

/** A record that is empty for ever. */
const nothing: AuditKeeping = {
  source: {
    rows: () => Promise.resolve([]),
    blocks: () => Promise.resolve([]),
    lastBlock: () => Promise.resolve(undefined),
    removals: () => Promise.resolve([]),
    lastRemoval: () => Promise.resolve(undefined),
    missingGuards: () => Promise.resolve([]),
  },
  sealOld: () => Promise.resolve(0),
  removeBefore: () => Promise.resolve(undefined),
  select: () => Promise.resolve([]),
  extent: () => Promise.resolve({ first: null, last: null, unsealed: 0 }),
};

/** What administration needs of the record; `keeping` of real stores makes it a real one. */
export function recordOf(
  stores: Stores & { readonly keeping?: AuditKeeping },
  clock: Clock,
): Pick<AdministrationParts, 'record' | 'refusedRequests'> {
  const { audit, keeping = nothing } = stores;
  const parts = { audit, clock, timer: systemTimer };
  const checkpoints = createCheckpoints({
    ...parts,
    source: keeping.source,
    seal: testSeal,
    every: 3600,
    sinks: [],
    log: () => undefined,
  });
  return {
    record: createAuditRecord({
      keeping,
      checkpoints,
      verify: (progress) =>
        verifyRecord({
          source: keeping.source,
          seal: testSeal,
          progress: (rows, _, lastSeq) => progress(rows, lastSeq),
        }),
      clock,
      keep: null,
    }),
    refusedRequests: createRefusedRequests({ ...parts, alarm: () => undefined }),
  };
}
