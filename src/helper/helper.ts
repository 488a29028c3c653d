import type { WireRequest } from '../firewall/wire.ts';
import { answer } from './answer.ts';
import type { Backend } from './backend.ts';
import type { HelperConfig } from './config/config.ts';
import { Gate, limitsOf } from './gate.ts';
import { GuardBackend } from './guard/guard-backend.ts';
import type { Log } from './log.ts';
import { NftShell } from './nft/nft-shell.ts';
import { Recordings } from './recording/recordings.ts';
import { claimSocket, giveToGroup } from './socket/socket-file.ts';
import { listen, type SocketServer } from './socket/socket-server.ts';
import { Transactions } from './nft/transactions.ts';
import { Watch } from './watch.ts';

/** Puts the parts together. The guard stands before the first request is read. */
export async function startHelper(
  config: HelperConfig,
  nft: string,
  log: Log,
): Promise<{ stop: () => void }> {
  await claimSocket(config.socket);
  const shell = new NftShell(nft);
  let server: SocketServer | undefined;
  const disturbed = (why: string): void => {
    log('disturbed', { why });
    server?.broadcast({ event: 'disturbed', why });
  };
  const repair = async (): Promise<boolean> => {
    const lost = await backend.ensure();
    if (lost) disturbed('The guard was altered or removed and has been rebuilt empty.');
    return lost;
  };
  const transactions = new Transactions(shell, repair, limitsOf(config));
  const backend: Backend = new GuardBackend({ nft, config, transactions, repair, log });
  const recordings = new Recordings(nft, config, transactions);
  const gate = new Gate(config, backend, disturbed);

  const watch = new Watch(async (changedBy) => {
    const rebuilt = await repair();
    const asExpected = await gate.recount();
    if (!rebuilt && !asExpected) disturbed(`Elements were changed by ${changedBy ?? 'others'}.`);
  }, log);

  await backend.ensure();
  await recordings.clear();
  await gate.recount(); // counts what a helper before us has opened
  server = await listen(config.socket, (request: WireRequest, receivedAt) =>
    answer({ gate, recordings }, log, request, receivedAt),
  );
  if (config.socketGroup !== undefined) giveToGroup(config.socket, config.socketGroup, log);
  backend.watch((by) => void watch.look(by));
  await watch.look(); // whatever happened before the monitor watched
  log('ready', { socket: config.socket, table: config.table, ...gate.limits });
  return {
    stop: () => {
      watch.stop();
      backend.stop();
      server.close();
      shell.stop();
    },
  };
}
