import { execFile } from 'node:child_process';

/** What became of a program that was run. */
export type Outcome =
  | { readonly kind: 'done'; readonly output: string }
  /** It is not installed, or not for us to run. */
  | { readonly kind: 'absent' }
  /** It failed, said too much, or took too long. */
  | { readonly kind: 'failed'; readonly why: string };

/** Runs a program and waits for what it says; never rejects. */
export type Run = (program: string, ...args: string[]) => Promise<Outcome>;

const deadline = 10_000;
const mostOutput = 64 * 1024 * 1024;
/** Administrators' programs are there, whatever the PATH of the caller. */
const path = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';

export const run: Run = (program, ...args) =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        timeout: deadline,
        killSignal: 'SIGKILL',
        maxBuffer: mostOutput,
        // English, and no pager
        env: { PATH: path, LC_ALL: 'C', SYSTEMD_PAGER: '' },
      },
      (error, output, complaints) => {
        if (!error) return resolve({ kind: 'done', output });
        if (error.code === ('ENOENT' as never) || error.code === ('EACCES' as never)) {
          return resolve({ kind: 'absent' });
        }
        const why = error.killed ? 'it did not end in 10 s' : firstLine(complaints, error.message);
        resolve({ kind: 'failed', why });
      },
    );
    child.stdin?.end();
  });

function firstLine(...texts: string[]): string {
  return (texts.find((text) => text.trim() !== '') ?? 'unknown').trim().split('\n')[0] ?? '';
}
