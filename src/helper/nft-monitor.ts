import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { nftEnvironment } from './nft-run.ts';

/** Without a monitor, somebody has to look: it is restarted, and `changed` called, this often. Milliseconds. */
const restartAfter = 1000;

/**
 * Watches `nft monitor` for changes to our table that another process made, and
 * calls `changed` once for each of its transactions, usually within milliseconds.
 */
export class NftMonitor {
  readonly #nft: string;
  readonly #table: string;
  readonly #isOurs: (pid: number) => boolean;
  readonly #changed: (by: string) => void;
  #child: ChildProcessWithoutNullStreams | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    nft: string,
    table: string,
    isOurs: (pid: number) => boolean,
    changed: (by: string) => void,
  ) {
    this.#nft = nft;
    this.#table = table;
    this.#isOurs = isOurs;
    this.#changed = changed;
  }

  start(): void {
    if (this.#stopped) return;
    // the shell ends nft when our end of its input closes, so that not even kill -9 leaves it behind
    const script = '"$0" monitor & exec >&- 2>&-; read -r _; kill $!';
    const child = spawn('/bin/sh', ['-c', script, this.#nft], {
      stdio: 'pipe',
      env: nftEnvironment,
    });
    this.#child = child;
    let rest = '';
    let mentioned = false;
    const mention = new RegExp(
      `^(?:add|delete|destroy|flush|insert|replace) \\w+ inet ${this.#table}(?:\\s|$)`,
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        mentioned ||= mention.test(line);
        // a transaction's changes come first, then who made them
        const end = /^# new generation \d+ by process (\d+) \((.*)\)$/.exec(line);
        if (!end) continue;
        if (mentioned && !this.#isOurs(Number(end[1]))) this.#changed(end[2] ?? 'unknown');
        mentioned = false;
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
