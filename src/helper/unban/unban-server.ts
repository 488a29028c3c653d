import { createServer, type Socket } from 'node:net';
import { addressFault, kindOf } from '../../firewall/wire-address.ts';
import { reasonOf, type Log } from '../log.ts';
import { runProgram } from '../program.ts';
import { Turns } from '../turns.ts';

export interface UnbanParts {
  readonly at: { readonly fd: number } | { readonly path: string };
  /** Path of fail2ban-client. */
  readonly client: string;
  /** What stands before its command. */
  readonly args: readonly string[];
  /** Called when nobody has asked for a while. */
  readonly idle: () => void;
  readonly log: Log;
}

/** Each takes fail2ban's client some 0.4 s: more than these would keep it busy for long. */
const mostWaiting = 64;
/** An address and a newline. */
const longestLine = 64;
/** Milliseconds. */
const stall = 5000;
const idleAfter = 60_000;

/**
 * One line, an address, and the answer is `ok` with the number of bans that were
 * lifted, or `no` with the reason. A root process: it does this and nothing else.
 */
export function listenForUnban(parts: UnbanParts): Promise<void> {
  const turns = new Turns();
  let waiting = 0;
  let timer = setTimeout(parts.idle, idleAfter);
  const answer = async (address: string): Promise<string> => {
    const fault = kindOf(address) === '6net' ? 'is a network' : addressFault(address);
    if (fault !== undefined) return `no ${fault}`;
    if (waiting >= mostWaiting) return 'no too many are waiting';
    waiting++;
    try {
      return `ok ${await turns.take(() => unban(parts, address))}`;
    } catch (error) {
      parts.log('unban-failed', { address, message: reasonOf(error) });
      return `no ${reasonOf(error).split('\n')[0]}`;
    } finally {
      waiting--;
    }
  };
  const server = createServer((socket) => {
    clearTimeout(timer);
    timer = setTimeout(parts.idle, idleAfter);
    readLine(socket, async (line) => socket.end(`${await answer(line)}\n`));
  });
  // 0600 from the first moment on
  const before = process.umask(0o177);
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.at, resolve);
  }).finally(() => process.umask(before));
}

async function unban({ client, args, log }: UnbanParts, address: string): Promise<number> {
  const { status, output, errors } = await runProgram(client, [...args, 'unban', address]);
  const lifted = /^\d+$/.exec(output.trim())?.[0];
  if (status !== 0 || lifted === undefined) {
    throw new Error(`fail2ban-client failed: ${(errors || output).trim()}`);
  }
  log('unbanned', { address, lifted: Number(lifted) });
  return Number(lifted);
}

/** Whoever stalls or says too much is cut off. */
function readLine(socket: Socket, take: (line: string) => Promise<unknown>): void {
  let text = '';
  const timer = setTimeout(() => socket.destroy(), stall);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(timer));
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= longestLine) return;
    clearTimeout(timer);
    socket.removeAllListeners('data').resume();
    if (end < 0 || end > longestLine) socket.destroy();
    else void take(text.slice(0, end)).catch(() => socket.destroy());
  });
}
