import { parentPort, workerData } from 'node:worker_threads';
import { createRecordSeal } from '../access/audit/seal.ts';
import { verifyRecord } from '../access/audit/verification.ts';
import { openRecord } from '../sqlite/record.ts';
import type { Verified } from './verify-thread.ts';

export interface VerifyRequest {
  readonly database: string;
  readonly key: Uint8Array;
}

const say = (said: Verified): void => parentPort?.postMessage(said);

async function verify({ database, key }: VerifyRequest): Promise<void> {
  try {
    const record = openRecord(database);
    try {
      const verdict = await verifyRecord({
        source: record.source,
        seal: createRecordSeal(Buffer.from(key)),
        progress: (rows, _, lastSeq) => say({ rows, lastSeq }),
      });
      say({ verdict });
    } finally {
      record.close();
    }
  } catch (error) {
    say({ failure: (error as Error).message });
  }
}

await verify(workerData as VerifyRequest);
