import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../lab/package-root.ts';
import type { Host } from '../hosts.ts';

/** A script of this folder that runs at a host and is talked to by lines. */
export interface Companion {
  say(line: string): void;
  /** Its next line. @throws Error when it has ended, or nothing came within `ms`. */
  next(ms?: number): Promise<string>;
  remove(): Promise<void>;
}

/** Settles when it says that it is ready. */
export async function startCompanion(
  host: Host,
  script: string,
  ...words: readonly string[]
): Promise<Companion> {
  const [program, ...more] = [...host.prefix, ...dyingWithUs, 'perl'];
  const child = spawn(program, [...more, join(packageRoot, 'bench/gates', script), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined); // it has ended, which next() says
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const companion: Companion = {
    say: (line) => void child.stdin.write(`${line}\n`),
    async next(ms = 90_000) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${script} says nothing for ${ms} ms.`)), ms);
      });
      const { done, value } = await Promise.race([lines.next(), late]).finally(() =>
        clearTimeout(timer),
      );
      if (done === true) throw new Error(`${script} has ended.`);
      return value;
    },
    async remove() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  try {
    const first = await companion.next();
    if (first !== 'ready') throw new Error(`${script} says: ${first}`);
    return companion;
  } catch (error) {
    await companion.remove();
    throw error;
  }
}

/** Put before a command: the kernel ends it when the bench ends, however that is. */
export const dyingWithUs = ['setpriv', '--pdeathsig', 'KILL', '--'];
