import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../lab/lab.ts';

export interface Heap {
  /** What `dialgate serve` holds after a full garbage collection, in MiB. @throws Error after 10 s. */
  read(): Promise<number>;
  stop(): void;
}

const patience = 10_000;

/** Opens the app's inspector and a way to it. Costs the app about a MiB. */
export async function openHeap(lab: Lab): Promise<Heap> {
  process.kill(lab.serve.pid, 'SIGUSR1');
  const reader = fileURLToPath(new URL('heap-reader.js', import.meta.url));
  const leash = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [program, ...args] = [...lab.at('server'), ...leash, process.execPath, reader];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const answer = async (): Promise<unknown> => {
    const [message] = (await once(child, 'message', {
      signal: AbortSignal.timeout(patience),
    })) as unknown[];
    return message;
  };
  const stop = (): void => void child.kill('SIGKILL');
  try {
    await answer();
  } catch (cause) {
    stop();
    throw new Error("The app's inspector cannot be reached.", { cause });
  }
  return {
    async read() {
      const answered = answer();
      child.send('read');
      return Number(await answered) / 2 ** 20;
    },
    stop,
  };
}
