import { open, type FileHandle } from 'node:fs/promises';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkpointLine, restorationLine } from '../access/audit/checkpoint-lines.ts';
import { AccessError } from '../domain/access-error.ts';
import type { CheckpointSink, RecordSeal, Restoration } from '../domain/ports.ts';

/** Readable by the group: whoever carries it away need not be able to write it. */
const mode = 0o640;

/** A file to which lines are added and nothing else; on the disk when it is kept. */
export function checkpointFile(path: string): CheckpointSink {
  return {
    name: path,
    put: (checkpoint) => addLine(path, checkpointLine(checkpoint)),
  };
}

/** Says in the file that a backup has taken the database's place. */
export function markRestored(
  path: string,
  restoration: Omit<Restoration, 'seal'>,
  seal: RecordSeal,
): Promise<void> {
  const sealed = { ...restoration, seal: seal.restoration(restoration) };
  return addLine(path, restorationLine(sealed));
}

async function addLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', mode);
  try {
    // behind half a line, which a crash may have left, a new one begins
    const start = (await endsWhole(file)) ? '' : '\n';
    await file.appendFile(`${start}${line}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

/** @throws AccessError `not-found` when there is no such file. */
export function checkpointLines(path: string): AsyncIterable<string> {
  if (!existsSync(path)) {
    throw new AccessError('not-found', `There is no file of checkpoints at ${path}.`);
  }
  return createInterface({ input: createReadStream(path), crlfDelay: Infinity });
}
