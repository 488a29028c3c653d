import { parseGuardRequest } from '../firewall/wire-guard.ts';
import { parseRequest } from '../firewall/wire-request.ts';
import { answer } from './answer.ts';
import type { HelperConfig } from './config/config.ts';
import { reasonOf, type Log } from './log.ts';
import { Look } from './look.ts';
import { usableNft } from './nft/usable-nft.ts';
import { putTogether, type Guarding, type Parts } from './parts.ts';
import { Running } from './running.ts';
import { replyBy } from './socket/reply.ts';
import { claimSocket, giveToGroup } from './socket/socket-file.ts';
import { listen } from './socket/socket-server.ts';
import { Watch } from './watch.ts';

/**
 * Starts the helper; `found` is the nft of this host, if there is one. Where it
 * rejects, what it had started is stopped again; what the kernel has is left there.
 */
export async function startHelper(
  config: HelperConfig,
  found: string | undefined,
  log: Log,
): Promise<Running> {
  const running = new Running();
  try {
    await start(config, found, log, running);
    return running;
  } catch (error) {
    running.stop();
    throw error;
  }
}

/** The order matters: whoever shall be turned away or let in is so before the first request is read. */
async function start(
  config: HelperConfig,
  found: string | undefined,
  log: Log,
  running: Running,
): Promise<void> {
  await claimSocket(config.socket, 'socket');
  await claimSocket(config.adminSocket, 'adminSocket');
  const guarded = config.backend.kind === 'guard';
  const parts = putTogether(config, guarded ? found : await usableNft(found, log), log);
  const { shell, way, backend, halt, doors, signals } = parts;
  const { gate, recordings, standing } = doors;

  running.add(shell);
  if (way.kind === 'guard') await takeUp(way, running, log);
  running.add(backend);
  await backend.ensure();
  if (!halt.reason) {
    await recordings.clear();
    await gate.recount(); // counts what a helper before us has opened
  }
  running.add(standing);
  await standing.begin();

  const server = await listen(
    config.socket,
    0o660,
    replyBy(parseRequest, (request, receivedAt) => answer(doors, log, request, receivedAt)),
  );
  running.add({ stop: server.close });
  signals.disturbed.hear((why) => server.broadcast({ event: 'disturbed', why }));
  const admin = await listen(
    config.adminSocket,
    0o600,
    replyBy(parseGuardRequest, (request) => way.desk.answer(request)),
  );
  running.add({ stop: admin.close });
  if (config.socketGroup !== undefined) giveToGroup(config.socket, config.socketGroup, log);

  const watch = watchOver(parts, config, log);
  running.add(watch);
  await watch.look(); // whatever happened before the monitor watched
  log('ready', { socket: config.socket, table: config.table, ...gate.limits });
}

/** Takes up what was last wanted of the guard; what there is before it is saved first. */
async function takeUp({ arming, desk }: Guarding, running: Running, log: Log): Promise<void> {
  running.add(arming);
  arming.begin();
  if (!arming.isOn) return;
  await desk.saveBefore().catch((error: unknown) => {
    log('state-failed', { level: 'error', message: reasonOf(error) });
  });
}

/** Has everything looked after when others have changed something, and now and then. */
function watchOver(parts: Parts, { backend: { kind } }: HelperConfig, log: Log): Watch {
  const { backend, doors } = parts;
  // sets of ipset are not loaded anew by the way
  const look = new Look({ ...parts, ...doors, reloads: kind !== 'ipset' });
  const watch = new Watch((changedBy) => look.around(changedBy), log);
  backend.watch((change) => {
    look.note(change);
    void watch.look(change.by);
  });
  return watch;
}
