import type { Checkpoint, RecordSeal, Restoration, Verdict } from '../../domain/audit.ts';

/** One line of a file of checkpoints: JSON, without the line break. */
export function checkpointLine({ seq, at, hash, seal }: Checkpoint): string {
  return JSON.stringify({ seq, at: new Date(at).toISOString(), hash, seal });
}

/** The line that tells of a restoration. */
export function restorationLine({ seq, at, hash, seal, follows }: Restoration): string {
  return JSON.stringify({
    restored: true,
    seq,
    at: new Date(at).toISOString(),
    hash,
    follows,
    seal,
  });
}

/** What a line says; of both kinds, how far the record went at a time. */
export function parseCheckpoint(line: string): Checkpoint | Restoration | undefined {
  try {
    const { seq, at, hash, seal, restored, follows } = JSON.parse(line) as Record<string, unknown>;
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (!Number.isSafeInteger(seq) || Number.isNaN(time)) return undefined;
    if (typeof hash !== 'string' || typeof seal !== 'string') return undefined;
    const checkpoint = { seq: seq as number, at: time, hash, seal };
    if (restored !== true) return checkpoint;
    return typeof follows === 'string' ? { ...checkpoint, follows } : undefined;
  } catch {
    return undefined;
  }
}

/** A restoration, with how many checkpoints of later rows it has set aside. */
export interface KnownRestoration {
  readonly at: number;
  readonly through: number;
  readonly setAside: number;
}

export interface KnownCheckpoints {
  /** The hash by the number of its row. */
  readonly hashes: ReadonlyMap<number, string>;
  readonly restorations: readonly KnownRestoration[];
  /** Lines that cannot be read, such as one that a crash cut off. They count as not there. */
  readonly unreadable: number;
  /** The seal of the last line. */
  readonly lastSeal: string;
}

/** Reads lines and checks their seals; a verdict where one is not what was written. */
export async function knownCheckpoints(
  lines: AsyncIterable<string> | Iterable<string>,
  seal: RecordSeal,
): Promise<KnownCheckpoints | (Verdict & { readonly ok: false })> {
  const hashes = new Map<number, string>();
  const restorations: KnownRestoration[] = [];
  let unreadable = 0;
  let lastSeal = '';
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
    if (!isSealed(checkpoint, lastSeal, seal)) return altered(seq, at);
    lastSeal = checkpoint.seal;
    if ('follows' in checkpoint) {
      const later = [...hashes.keys()].filter((known) => known > seq);
      for (const known of later) hashes.delete(known);
      restorations.push({ at: checkpoint.at, through: seq, setAside: later.length });
    }
    if ((hashes.get(seq) ?? hash) !== hash) return altered(seq, at);
    hashes.set(seq, hash);
  }
  return { hashes, restorations, unreadable, lastSeal };
}

/** A restoration that was copied to another place sets nothing aside there. */
function isSealed(line: Checkpoint | Restoration, before: string, seal: RecordSeal): boolean {
  if (!('follows' in line)) return seal.checkpoint(line) === line.seal;
  return line.follows === before && seal.restoration(line) === line.seal;
}

const altered = (seq: number, line: number): Verdict & { readonly ok: false } => ({
  ok: false,
  seq,
  why: 'checkpoint-altered',
  detail: `Line ${line} of the checkpoints (row ${seq}) is not what was written, or was written with another key.`,
  rows: 0,
});
