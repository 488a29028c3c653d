import type { Checkpoint, RecordSeal, Verdict } from '../../domain/audit.ts';

/** One line of a file of checkpoints: JSON, without the line break. */
export function checkpointLine({ seq, at, hash, seal }: Checkpoint): string {
  return JSON.stringify({ seq, at: new Date(at).toISOString(), hash, seal });
}

export function parseCheckpoint(line: string): Checkpoint | undefined {
  try {
    const { seq, at, hash, seal } = JSON.parse(line) as Record<string, unknown>;
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (!Number.isSafeInteger(seq) || Number.isNaN(time)) return undefined;
    if (typeof hash !== 'string' || typeof seal !== 'string') return undefined;
    return { seq: seq as number, at: time, hash, seal };
  } catch {
    return undefined;
  }
}

export interface KnownCheckpoints {
  /** The hash by the number of its row. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Lines that cannot be read, such as one that a crash cut off. They count as not there. */
  readonly unreadable: number;
}

/** Reads lines and checks their seals; a verdict where one is not what was written. */
export async function knownCheckpoints(
  lines: AsyncIterable<string> | Iterable<string>,
  seal: RecordSeal,
): Promise<KnownCheckpoints | (Verdict & { readonly ok: false })> {
  const hashes = new Map<number, string>();
  let unreadable = 0;
  let at = 0;
  for await (const line of lines) {
    at++;
    if (line.trim() === '') continue;
    const checkpoint = parseCheckpoint(line);
    if (!checkpoint) {
      unreadable++;
      continue;
    }
    const { seq, hash } = checkpoint;
    const twice = hashes.get(seq);
    if (seal.checkpoint(checkpoint) !== checkpoint.seal || (twice ?? hash) !== hash) {
      return {
        ok: false,
        seq,
        why: 'checkpoint-altered',
        detail: `Line ${at} of the checkpoints (row ${seq}) is not what was written, or was written with another key.`,
        rows: 0,
      };
    }
    hashes.set(seq, hash);
  }
  return { hashes, unreadable };
}
