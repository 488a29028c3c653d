import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepFile, keptFile } from '../keep-file.ts';
import type { HaltReason } from '../halt.ts';

/** What must outlast a restart of the helper. */
export interface Kept {
  readonly armed: 'on' | 'off' | 'trial';
  /** When the trial ends: seconds since this boot, so that nobody's clock lengthens it. 0 without one. */
  readonly until: number;
  /** The boot that `until` and a contest belong to. */
  readonly boot: string;
  /** Whether a trial was ever confirmed here. */
  readonly confirmed: boolean;
  readonly halted: HaltReason | null;
}

/** Seconds since the host started, the same for every process (CLOCK_MONOTONIC). */
export const uptime = (): number => Number(process.hrtime.bigint()) / 1e9;

/** Another after every start of the host (random(4)); '' where it cannot be read, which ends trials. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** The file in which it is kept. Every method throws what the file system says. */
export class KeptState {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'guard.json');
  }

  /** Undefined where nothing was ever kept. */
  read(): Kept | undefined {
    const text = keptFile(this.#path);
    if (text === undefined) return undefined;
    const kept: unknown = JSON.parse(text);
    if (isKept(kept)) return kept;
    throw new Error(`${this.#path} does not hold what the helper writes there`);
  }

  write(kept: Kept): void {
    keepFile(this.#path, `${JSON.stringify(kept)}\n`);
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { armed, until, boot, confirmed, halted } = value as Record<string, unknown>;
  return (
    (armed === 'on' || armed === 'off' || armed === 'trial') &&
    typeof until === 'number' &&
    typeof boot === 'string' &&
    typeof confirmed === 'boolean' &&
    (halted === null || halted === 'contested' || halted === 'restored')
  );
}
