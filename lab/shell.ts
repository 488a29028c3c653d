import { execFile } from 'node:child_process';

/**
 * Runs a program to its end and returns what it printed.
 * @throws Error with the command and what the program complained of.
 */
export function sh(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { encoding: 'utf8', timeout: 30_000, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = stderr.trim() || error.message;
        const command = [program, ...args].join(' ').replace(/\s+/g, ' ').slice(0, 100);
        reject(new Error(`${command}: ${said}`));
      },
    );
  });
}
