import { execFile, type ExecFileException } from 'node:child_process';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';

/** Half an hour of telephone sound: whoever writes more has gone wrong. Bytes. */
const mostOutput = 32 * 1024 * 1024;

/**
 * Runs a program to its end with this on its standard input; its standard output.
 * @throws AccessError `speech-failed` when it is missing, fails, writes more than 32 MiB
 *   or takes longer than the limit.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  input: string | Buffer,
  limit: Seconds,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { encoding: 'buffer', timeout: limit * 1000, killSignal: 'SIGKILL', maxBuffer: mostOutput },
      (error, output, complaint) => {
        if (!error) return resolve(output);
        reject(
          new AccessError('speech-failed', `${command} ${whyOf(error, complaint, command, limit)}`),
        );
      },
    );
    child.stdin?.on('error', () => undefined); // it went away: its exit says why
    child.stdin?.end(input);
  });
}

function whyOf(
  error: ExecFileException,
  complaint: Buffer,
  command: string,
  limit: Seconds,
): string {
  const code: unknown = error.code;
  if (code === 'ENOENT') {
    return `is not installed. Install it (on Debian: apt-get install ${command}).`;
  }
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return `was stopped: it wrote more than ${mostOutput / 1024 / 1024} MiB.`;
  }
  if (error.killed === true) return `was stopped: it may take ${limit} s at most.`;
  if (typeof code !== 'number') return `did not run: ${error.message}`;
  return `ended with status ${code}: ${complaint.toString('utf8', 0, 500).trim()}`;
}
