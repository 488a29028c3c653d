import { Worker } from 'node:worker_threads';
import type { Verdict } from '../domain/audit.ts';
import type { VerifyRequest } from './verifier.ts';

export type Verified =
  | { readonly rows: number; readonly lastSeq: number }
  | { readonly verdict: Verdict }
  | { readonly failure: string };

/**
 * Verifies on a thread of its own, with a connection of its own: millions of hashes would
 * keep every call waiting. Ends with the process.
 */
export function verifyOnThread(
  request: VerifyRequest,
  progress: (rows: number, lastSeq: number) => void,
  program = new URL('verifier.js', import.meta.url),
): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(program, { workerData: request });
    // nobody waits for it when the server stops
    thread.unref();
    thread.on('message', (said: Verified) => {
      if ('verdict' in said) resolve(said.verdict);
      else if ('failure' in said) reject(new Error(said.failure));
      else progress(said.rows, said.lastSeq);
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the verification ended before it was done')));
  });
}
