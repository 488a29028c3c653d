import { execFile } from 'node:child_process';

export interface Ran {
  /** 124 where it took too long. */
  readonly status: number;
  /** Of both streams. */
  readonly output: string;
}

/** Runs a program to its end, in a bare environment. Never rejects. */
export function ran(program: string, args: readonly string[], seconds: number): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 24,
    } as const;
    execFile(program, [...args], options, (error, out, errors) => {
      const output = `${out}${errors}`.trim();
      if (!error) return resolve({ status: 0, output });
      const status = error.killed ? 124 : typeof error.code === 'number' ? error.code : 127;
      resolve({ status, output: status === 127 ? `${output} ${error.message}` : output });
    });
  });
}
