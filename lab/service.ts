import { join } from 'node:path';
import { LogLines, type LogLine } from './log-lines.ts';
import {
  launch,
  wrongPrivileges,
  type Launched,
  type LaunchOptions,
  type Role,
} from './processes.ts';

export interface ServiceOptions extends Omit<LaunchOptions, 'log' | 'role'> {
  readonly name: string;
  readonly role: Role;
  readonly logs: string;
  readonly ready: (line: LogLine) => boolean;
}

/** How long a process of ours may take to be ready, in ms. */
const patience = 20_000;

/** One of dialgate's two processes: started, killed and started again as tests want it. */
export class Service {
  readonly log: LogLines;
  readonly #options: ServiceOptions;
  #running: Launched | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.log = new LogLines(join(options.logs, `${options.name}.log`));
  }

  /** 0 when it does not run. */
  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  /** Settles when it is ready, its privileges checked. @throws Error with its last words. */
  async start(): Promise<void> {
    const { name, role, ready } = this.#options;
    const from = this.log.lines.length;
    const running = launch({ ...this.#options, log: this.log });
    this.#running = running;
    const ended = running.exited.then((how): never => {
      if (this.#running === running) this.#running = undefined;
      const words = this.log.lines
        .slice(from)
        .slice(-8)
        .map((line) => line.text);
      throw new Error(`${name} ended (${how}) instead of getting ready:\n${words.join('\n')}`);
    });
    await Promise.race([ended, this.log.waitFor(`${name} to be ready`, ready, patience, from)]);
    ended.catch(() => undefined); // from here on, whoever ends it knows why
    const wrong = wrongPrivileges(running.privileges(), role);
    if (wrong !== undefined) {
      await running.stop();
      throw new Error(`${name} does not have the privileges that it should: ${wrong}.`);
    }
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  /** As `kill -9`; settles when it is gone. */
  async kill9(): Promise<void> {
    const running = this.#running;
    running?.kill('SIGKILL');
    await running?.exited;
  }

  freeze(): void {
    this.#running?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#running?.kill('SIGCONT');
  }
}
