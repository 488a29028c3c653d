import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { findProgram } from '../program.ts';
import { lightMonitor } from './light-monitor.ts';
import { nftEnvironment } from './nft-run.ts';

/** Without a monitor somebody has to look: it is restarted, and `gap` called, this often. Milliseconds. */
const restartAfter = 1000;

/**
 * Where there is no Perl, `nft monitor` tells; of version 1.0.6 it ends by itself whenever networks come in.
 * It says a line for every element, in many small writes: only those that match come to us. The shell ends its group when our end of its input closes, so that
 * not even kill -9 leaves anything behind.
 */
const wait = `&
exec >&- 2>&-; read -r _; kill 0`;
const heavy = `"$0" monitor | grep --line-buffered -E "$1" ${wait}`;
const light = `"$0" -e "$1" ${wait}`;

const perlPlaces = ['/usr/bin/perl', '/bin/perl'];

/** What /bin/sh is to run: a monitor by `perl`, or without it by `nft`, that says the lines that match `pattern`. */
export function monitorCommand(
  perl: string | undefined,
  nft: string,
  pattern: string,
): readonly string[] {
  return ['-c', ...(perl === undefined ? [heavy, nft, pattern] : [light, perl, lightMonitor])];
}

export interface MonitorParts {
  readonly nft: string;
  /** For grep -E: the lines that are wanted. */
  readonly pattern: string;
  readonly line: (text: string) => void;
  /** It had ended: some may have been missed. */
  readonly gap: () => void;
}

/** A monitor of the ruleset, started again for ever until it is stopped. */
export class MonitorChild {
  readonly #parts: MonitorParts;
  readonly #command: readonly string[];
  #child: ChildProcessWithoutNullStreams | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#command = monitorCommand(findProgram(perlPlaces), parts.nft, parts.pattern);
  }

  start(): void {
    if (this.#stopped) return;
    const child = spawn('/bin/sh', this.#command, {
      stdio: 'pipe',
      env: nftEnvironment,
      detached: true, // a group of its own
    });
    this.#child = child;
    child.on('error', () => this.#again(child));
    let rest = '';
    // without a file to spare there are none of these
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#parts.line(line);
    });
    child.stderr?.resume();
    child.stdin?.on('error', () => {});
    child.stdout?.on('end', () => this.#again(child));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#child?.stdin?.end();
  }

  #again(child: ChildProcessWithoutNullStreams): void {
    if (this.#stopped || this.#child !== child) return;
    this.#child = undefined;
    child.stdin?.end();
    this.#timer = setTimeout(() => {
      this.start();
      this.#parts.gap();
    }, restartAfter);
  }
}
