import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from '../fixtures/namespace.ts';

/** A host in a namespace that connects, listens and sends as it is told; see agent.mjs. */
export class Agent {
  readonly #child: ChildProcessWithoutNullStreams;
  #said = '';

  constructor(space: Namespace) {
    this.#child = space.start(process.execPath, join(import.meta.dirname, 'agent.mjs'));
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#child.stderr.pipe(process.stderr);
  }

  tell(...words: (string | number)[]): void {
    this.#child.stdin.write(`${words.join(' ')}\n`);
  }

  /** Whether it says so within the time, in milliseconds; each saying counts once. */
  async says(what: string, within = 2000): Promise<boolean> {
    for (const end = performance.now() + within; ; await sleep(5)) {
      const lines = this.#said.split('\n');
      const at = lines.slice(0, -1).indexOf(what);
      if (at >= 0) {
        this.#said = lines.toSpliced(at, 1).join('\n');
        return true;
      }
      if (performance.now() > end) return false;
    }
  }

  async connects(id: string, local: string, host: string, port: number): Promise<boolean> {
    this.tell('connect', id, local, host, port);
    return this.says(`up ${id}`, 800);
  }

  end(): void {
    this.#child.kill();
  }
}
