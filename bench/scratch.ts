import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the time of a bench; it goes when the process ends, too, if that is by `exit`. */
export interface Scratch {
  readonly folder: string;
  remove(): void;
}

export function makeScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-bench-'));
  const remove = (): void => {
    // what still writes into it is ending
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', remove);
  };
  process.on('exit', remove);
  return { folder, remove };
}
