import { spawn } from 'node:child_process';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';

/**
 * Runs a program to its end with this on its standard input; its standard output.
 * @throws AccessError `speech-failed` when it is missing, fails, or takes longer than the limit.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  input: string | Buffer,
  limit: Seconds,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: limit * 1000,
      killSignal: 'SIGKILL',
    });
    const output: Buffer[] = [];
    let complaint = '';
    const fail = (why: string): void => {
      reject(new AccessError('speech-failed', `${command} ${why}`));
    };
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 500) complaint += chunk.toString();
    });
    child.stdin.on('error', () => undefined); // it went away: its exit says why
    child.on('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'ENOENT'
          ? `is not installed. Install it (on Debian: apt-get install ${command}).`
          : `could not be started: ${error.message}`,
      );
    });
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(output));
      else if (signal) fail(`was stopped by ${signal}; it may take ${limit} s at most.`);
      else fail(`ended with status ${status}: ${complaint.trim()}`);
    });
    child.stdin.end(input);
  });
}
