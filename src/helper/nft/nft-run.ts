import { spawn } from 'node:child_process';

/** Nothing of our own environment; HOME names no folder, so that `nft -i` writes no history. */
export const nftEnvironment = {
  LC_ALL: 'C',
  HOME: '/dev/null',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};

export interface NftResult {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs nft once, with `script` on its standard input; `started` is told its process
 * id. Rejects when it cannot be started or takes over 10 s.
 */
export function runNft(
  nft: string,
  args: readonly string[],
  script = '',
  started: (pid: number) => void = () => {},
): Promise<NftResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(nft, args, { stdio: 'pipe', env: nftEnvironment });
    if (child.pid !== undefined) started(child.pid);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`nft ${args.join(' ')} took longer than 10 s.`));
    }, 10_000);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin.on('error', () => {}); // its end is seen at 'close'
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output, errors });
    });
    child.stdin.end(script);
  });
}
