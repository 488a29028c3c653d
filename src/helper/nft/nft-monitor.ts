import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { nftEnvironment } from './nft-run.ts';

/** Without a monitor somebody has to look: it is restarted, and `changed` called, this often. Milliseconds. */
const restartAfter = 1000;

/**
 * `nft monitor` says a line for every element, in many small writes; who made a
 * change is in the one that closes each transaction, and that is all we read.
 * The shell ends its group when our end of its input closes, so that not even
 * kill -9 leaves anything behind.
 */
const script = `"$0" monitor | grep --line-buffered '^# new generation' &
exec >&- 2>&-; read -r _; kill 0`;

/** Calls `changed` for every change to the ruleset that another process made, usually within milliseconds. */
export class NftMonitor {
  readonly #nft: string;
  readonly #isOurs: (pid: number) => boolean;
  readonly #changed: (by: string) => void;
  #child: ChildProcessWithoutNullStreams | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(nft: string, isOurs: (pid: number) => boolean, changed: (by: string) => void) {
    this.#nft = nft;
    this.#isOurs = isOurs;
    this.#changed = changed;
  }

  start(): void {
    if (this.#stopped) return;
    const child = spawn('/bin/sh', ['-c', script, this.#nft], {
      stdio: 'pipe',
      env: nftEnvironment,
      detached: true, // a group of its own
    });
    this.#child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const change = /^# new generation \d+ by process (\d+) \((.*)\)$/.exec(line);
        if (change && !this.#isOurs(Number(change[1]))) this.#changed(change[2] ?? 'unknown');
      }
    });
    child.stderr.resume();
    child.stdin.on('error', () => {});
    child.on('error', () => this.#again(child));
    child.stdout.on('end', () => this.#again(child));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#child?.stdin.end();
  }

  #again(child: ChildProcessWithoutNullStreams): void {
    if (this.#stopped || this.#child !== child) return;
    this.#child = undefined;
    child.stdin.end();
    this.#timer = setTimeout(() => {
      this.start();
      this.#changed('nobody known: nft monitor had ended');
    }, restartAfter);
  }
}
