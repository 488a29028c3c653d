import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Nothing of our own environment; HOME names no folder, so that `nft -i` writes no history. */
export const bareEnvironment = {
  LC_ALL: 'C',
  HOME: '/dev/null',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};

export interface ProgramResult {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Milliseconds; a small host that loads the kernel's modules for it at boot was seen to need a third of this. */
const longest = 30_000;

/**
 * Runs a program once, with `input` on its standard input; `started` is told its
 * process id. Rejects when it cannot be started or takes over 30 s.
 */
export function runProgram(
  path: string,
  args: readonly string[],
  input = '',
  started: (pid: number) => void = () => {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: 'pipe', env: bareEnvironment });
    if (child.pid !== undefined) started(child.pid);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${path} ${args.join(' ')} took longer than ${longest / 1000} s.`));
    }, longest);
    let output = '';
    let errors = '';
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    // without a file to spare there are none of these
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin?.on('error', () => {}); // its end is seen at 'close'
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output, errors });
    });
    child.stdin?.end(input);
  });
}

/** The first of the places where the program can be run. */
export function findProgram(places: readonly string[]): string | undefined {
  return places.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
