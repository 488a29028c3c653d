import type { WireRequest } from '../firewall/wire.ts';
import { answer } from './answer.ts';
import type { HelperConfig } from './config.ts';
import { Gate } from './gate.ts';
import { Guard } from './guard.ts';
import { reasonOf, type Log } from './log.ts';
import { NftMonitor } from './nft-monitor.ts';
import { NftShell } from './nft-shell.ts';
import { claimSocket, giveToGroup } from './socket-file.ts';
import { listen, type SocketServer } from './socket-server.ts';

/** How often the guard is looked at even when the monitor has seen nothing, and after a failure. Milliseconds. */
const lookEvery = 10_000;
const lookAgainAfter = 1000;

/** Puts the parts together. The guard stands before the first request is read. */
export async function startHelper(
  config: HelperConfig,
  nft: string,
  log: Log,
): Promise<{ stop: () => void }> {
  await claimSocket(config.socket);
  const guard = new Guard(nft, config, log);
  const shell = new NftShell(nft);
  let server: SocketServer | undefined;
  const disturbed = (why: string): void => {
    log('disturbed', { why });
    server?.broadcast({ event: 'disturbed', why });
  };
  const repair = async (): Promise<boolean> => {
    const rebuilt = (await guard.ensure()) === 'rebuilt';
    if (rebuilt) disturbed('The guard was altered or removed and has been rebuilt empty.');
    return rebuilt;
  };
  const gate = new Gate(config, shell, { repair, doubt: disturbed });

  let timer: NodeJS.Timeout | undefined;
  const look = async (changedBy?: string): Promise<void> => {
    clearTimeout(timer);
    let next = lookEvery;
    try {
      const rebuilt = await repair();
      if (!rebuilt && changedBy !== undefined) disturbed(`The table was changed by ${changedBy}.`);
    } catch (error) {
      log('guard-failed', { message: reasonOf(error) });
      next = lookAgainAfter;
    }
    clearTimeout(timer);
    timer = setTimeout(() => void look(), next);
  };
  const ours = (pid: number): boolean => shell.madeBy(pid) || guard.madeBy(pid);
  const monitor = new NftMonitor(nft, config.table, ours, (by) => void look(by));

  await guard.ensure();
  await gate.list(); // counts what a helper before us has opened
  server = await listen(config.socket, (request: WireRequest, receivedAt) =>
    answer(gate, log, request, receivedAt),
  );
  if (config.socketGroup !== undefined) giveToGroup(config.socket, config.socketGroup, log);
  monitor.start();
  await look(); // whatever happened before the monitor watched
  log('ready', { socket: config.socket, table: config.table, ...gate.limits });
  return {
    stop: () => {
      clearTimeout(timer);
      monitor.stop();
      server.close();
      shell.stop();
    },
  };
}
