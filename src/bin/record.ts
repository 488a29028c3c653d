import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { createCheckpoints, type Checkpoints } from '../access/audit/checkpoints.ts';
import { parseCheckpoint } from '../access/audit/checkpoint-lines.ts';
import { createAuditRecord, type AuditRecord } from '../access/audit/record.ts';
import { createRecordSeal } from '../access/audit/seal.ts';
import { createUpkeep, type Upkeep } from '../access/audit/upkeep.ts';
import { createRefusedRequests, type RefusedRequests } from '../access/refused-requests.ts';
import type { AuditKeeping, CheckpointSink, HistoryKeeping, Stores } from '../domain/ports.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { checkpointFile, checkpointLines } from './checkpoint-file.ts';
import type { Config } from './config.ts';
import { verifyOnThread } from './verify-thread.ts';

/** The record with all that is done to it besides writing. */
export interface Record {
  readonly record: AuditRecord;
  readonly checkpoints: Checkpoints;
  readonly upkeep: Upkeep;
  readonly refusedRequests: RefusedRequests;
  /** Puts it on record when the database is not the one of which the last checkpoint was made. */
  suspect(): Promise<void>;
}

export interface RecordParts {
  readonly config: Config;
  readonly stores: Stores & { readonly keeping: AuditKeeping; readonly history: HistoryKeeping };
  readonly key: Buffer;
  readonly log: Logger;
  /** Besides the file and the log. */
  readonly sinks?: readonly CheckpointSink[];
}

/** Beside the database, where the configuration says nothing: better somewhere else. */
export const checkpointsOf = ({ audit, database }: Config): string =>
  audit.checkpoints ?? join(dirname(database), 'audit.checkpoints');

export function openRecordKeeping({ config, stores, key, log, sinks = [] }: RecordParts): Record {
  const { audit, keeping, history } = stores;
  const common = { audit, clock: systemClock, timer: systemTimer };
  const keep = config.audit.keep ?? null;
  const file = checkpointsOf(config);
  const checkpoints = createCheckpoints({
    ...common,
    source: keeping.source,
    seal: createRecordSeal(key),
    every: config.audit.checkpoint_every,
    sinks: [checkpointFile(file), logSink(log), ...sinks],
    log: (message, where, error) =>
      log[error === undefined ? 'info' : 'error'](
        { event: 'checkpoint', where, err: error },
        message,
      ),
  });
  const upkeep = createUpkeep({
    ...common,
    keeping,
    history,
    keep,
    mostRows: config.audit.most_rows,
    dialling: config.dialling,
    log: (message, details) => log.info({ event: 'record', ...details }, message),
    failed: (message, error) => log.error({ event: 'record', err: error }, message),
  });
  const record = createAuditRecord({
    keeping,
    checkpoints,
    verify: (progress) => verifyOnThread({ database: config.database, key }, progress),
    clock: systemClock,
    keep,
  });
  const refusedRequests = createRefusedRequests({
    ...common,
    alarm: (message, details) => log.warn({ event: 'refused-requests', ...details }, message),
  });
  return {
    record,
    checkpoints,
    upkeep,
    refusedRequests,
    async suspect() {
      const why = await suspicion(file, keeping).catch(() => undefined);
      if (why === undefined) return;
      log.error({ event: 'record', ...why }, 'the record does not fit its last checkpoint');
      const { seq } = why;
      const at = systemClock.now();
      await audit.append({ at, actor: 'system', kind: 'audit-suspect', detail: { seq } });
    },
  };
}

/** Where the log goes to another host, so do the checkpoints. */
const logSink = (log: Logger): CheckpointSink => ({
  name: 'log',
  put: async ({ seq, hash, seal }) =>
    log.info({ event: 'checkpoint', seq, hash, seal }, 'checkpoint of the record'),
});

/** A look at one row: `dialgate audit verify --checkpoints` looks at all. */
async function suspicion(
  file: string,
  { source }: AuditKeeping,
): Promise<{ readonly seq: number } | undefined> {
  let last;
  for await (const line of checkpointLines(file)) last = parseCheckpoint(line) ?? last;
  if (!last) return undefined;
  const { seq, hash } = last;
  const removed = await source.lastRemoval();
  if (removed && removed.throughSeq >= seq) return undefined;
  const [row] = await source.rows(seq, 1);
  // rows of an older release are being sealed still
  if (row?.seq === seq && row.hash === null) return { seq };
  const found = row?.seq === seq && row.hash ? Buffer.from(row.hash).toString('hex') : undefined;
  return found === hash ? undefined : { seq };
}
