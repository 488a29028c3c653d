import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { nftEnvironment } from './nft-run.ts';
import { ownWork } from './own-work.ts';

/** nftables said no: the transaction changed nothing. */
export class NftRefused extends Error {
  override readonly name = 'NftRefused';
}

/** nftables did not answer: nobody knows whether the transaction was carried out. */
export class NftLost extends Error {
  override readonly name = 'NftLost';
}

interface Command {
  readonly line: string;
  readonly deadline: number;
  readonly resolve: (output: string) => void;
  readonly reject: (error: Error) => void;
}

/** readline keeps every line as history: a new child after so many characters. */
const usualLife = 16 * 1024 * 1024;

/**
 * One long-lived `nft -i`, which saves the 4 ms of starting nft for every
 * command. Each line is one transaction. That a line is done is seen by sending
 * a word that is no command after it and waiting for its syntax error; what came
 * before is the line's own output. Commands run one at a time, in order.
 */
export class NftShell {
  readonly #nft: string;
  readonly #life: number;
  #child: ChildProcessWithoutNullStreams | undefined;
  #children: number[] = [];
  #written = 0;
  #count = 0;
  #output: string[] = [];
  /** The end of the output, where the marker is looked for. */
  #tail = '';
  #marker = '';
  #current: Command | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #waiting: Command[] = [];

  constructor(nft: string, life = usualLife) {
    this.#nft = nft;
    this.#life = life;
  }

  /** Whether a change by this process was ours: the child's, or one of those before it. */
  madeBy(pid: number): boolean {
    return this.#children.includes(pid);
  }

  /**
   * Runs one line, `deadline` in milliseconds counted from its turn. The line must
   * hold nothing from a request that has not passed the checks in wire-rules.
   *
   * @throws NftRefused or NftLost
   */
  async run(line: string, deadline = 1500): Promise<string> {
    const end = line.startsWith('list ') ? undefined : ownWork.begin();
    try {
      return await this.#queued(line, deadline);
    } finally {
      end?.();
    }
  }

  #queued(line: string, deadline: number): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new NftLost('The helper is stopping.'));
      this.#waiting.push({ line, deadline, resolve, reject });
      this.#next();
    });
  }

  /** Ends the child; everything unanswered is rejected. The kernel keeps what it has. */
  stop(): void {
    this.#stopped = true;
    this.#lose('The helper is stopping.');
    for (const command of this.#waiting.splice(0)) {
      command.reject(new NftLost('The helper is stopping.'));
    }
  }

  #next(): void {
    if (this.#current || this.#stopped) return;
    if (this.#child && this.#written > this.#life) this.#lose('retired');
    const command = this.#waiting.shift();
    if (!command) return;
    this.#current = command;
    this.#marker = `done${++this.#count}`;
    this.#output = [];
    this.#tail = '';
    this.#timer = setTimeout(
      () => this.#lose(`nft did not answer within ${command.deadline} ms.`),
      command.deadline,
    );
    this.#child ??= this.#start();
    const text = `${command.line}\n${this.#marker}\n`;
    this.#written += text.length;
    this.#child.stdin?.write(text);
  }

  #start(): ChildProcessWithoutNullStreams {
    this.#written = 0;
    // one pipe for both streams keeps errors and output in order; exec keeps the process id nft's
    const child = spawn('/bin/sh', ['-c', 'exec "$0" -i 2>&1', this.#nft], {
      stdio: 'pipe',
      env: nftEnvironment,
    });
    if (child.pid !== undefined) this.#children = [...this.#children.slice(-3), child.pid];
    const gone = (why: string) => (): void => {
      if (this.#child === child) this.#lose(why);
    };
    child.on('error', gone('nft could not be started.'));
    child.on('close', gone('nft has ended.'));
    // without a file to spare there are none of these
    child.stdin?.on('error', gone('nft takes no more commands.'));
    child.stderr?.resume();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#child === child) this.#read(text);
    });
    return child;
  }

  #read(text: string): void {
    // long lists come in hundreds of pieces: only their end is looked at
    this.#output.push(text);
    this.#tail = (this.#tail + text).slice(-400);
    // the syntax error for the marker: a message, the marker and a line that points at it
    const mark = `\n${this.#marker}\n`;
    if (!this.#tail.includes(mark) || !this.#tail.trimEnd().endsWith('^')) return;
    const all = this.#output.join('');
    const from = all.lastIndexOf('Error:', all.lastIndexOf(mark));
    // the line break after the last marker may have come only now
    const output = all.slice(0, Math.max(from, 0)).replace(/^\n/, '');
    const command = this.#settle();
    const refusal = /^Error: (.*)$/m.exec(output);
    if (refusal) command?.reject(new NftRefused(refusal[1] ?? output));
    else command?.resolve(output);
    this.#next();
  }

  #settle(): Command | undefined {
    const command = this.#current;
    this.#current = undefined;
    this.#output = [];
    this.#tail = '';
    clearTimeout(this.#timer);
    return command;
  }

  #lose(why: string): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#settle()?.reject(new NftLost(why));
    // not from inside this call: a child that cannot start must not recurse
    setImmediate(() => this.#next());
  }
}
