import { knownCheckpoints } from '../access/audit/checkpoint-lines.ts';
import { createCheckpoints } from '../access/audit/checkpoints.ts';
import { exportRecord } from '../access/audit/export.ts';
import { createRecordSeal } from '../access/audit/seal.ts';
import { verifyRecord } from '../access/audit/verification.ts';
import type { AuditDoings } from '../cli/doings.ts';
import { AccessError } from '../domain/access-error.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { openRecord, type OpenRecord } from '../sqlite/record.ts';
import { checkpointFile, checkpointLines } from './checkpoint-file.ts';
import { readConfig } from './config.ts';
import { readKey } from './key-file.ts';
import { checkpointsOf } from './record.ts';

/** The record as it lies on the disk, beside a server that runs or without one. */
export function openAudit(file: string): AuditDoings {
  const config = readConfig(file);
  const seal = () => createRecordSeal(readKey(config.key_file));

  async function reading<T>(work: (record: OpenRecord) => Promise<T>): Promise<T> {
    const record = openRecord(config.database);
    try {
      return await work(record);
    } finally {
      record.close();
    }
  }

  return {
    checkpointFile: checkpointsOf(config),

    async verify(checkpoints, progress) {
      const key = seal();
      const known =
        checkpoints === undefined
          ? undefined
          : await knownCheckpoints(checkpointLines(checkpoints), key);
      if (known && 'ok' in known) return { verdict: known, unreadable: 0 };
      const verdict = await reading(({ source }) =>
        verifyRecord({
          source,
          seal: key,
          ...(known && { checkpoints: known.hashes }),
          progress: (_, seq, of) => progress(seq, of),
        }),
      );
      const { unreadable = 0, restorations = [] } = known ?? {};
      return { verdict, unreadable, restorations };
    },

    export: ({ caller, ...span }, format, write) =>
      reading(async (record) => {
        const number = caller === undefined ? undefined : parsePhoneNumber(caller, config.dialling);
        const wanted = { ...span, ...(caller !== undefined && { caller: number ?? caller }) };
        for await (const piece of exportRecord(record, wanted, format)) await write(piece);
      }),

    checkpoint: () =>
      reading(({ source }) => {
        const sink = checkpointFile(checkpointsOf(config));
        return createCheckpoints({
          source,
          seal: seal(),
          audit: { append: () => Promise.reject(new Error('opened for reading')) },
          clock: systemClock,
          timer: systemTimer,
          every: config.audit.checkpoint_every,
          sinks: [sink],
          log: (message, where, error) => {
            throw new AccessError('internal', `${where}: ${message}: ${(error as Error).message}`);
          },
        }).make();
      }),
  };
}
