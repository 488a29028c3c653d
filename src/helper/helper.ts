import { parseGuardRequest } from '../firewall/wire-guard.ts';
import { parseRequest } from '../firewall/wire-request.ts';
import { answer } from './answer.ts';
import { Arming } from './arming/arming.ts';
import { Desk } from './arming/desk.ts';
import { KeptState } from './arming/kept-state.ts';
import { noGuard } from './arming/no-guard.ts';
import { RulesetBefore } from './arming/ruleset-before.ts';
import type { Backend } from './backend.ts';
import type { HelperConfig } from './config/config.ts';
import { ConfigError } from './config/config-values.ts';
import { fitBackend } from './fit-backend.ts';
import { Gate, limitsOf } from './gate.ts';
import { Guard } from './guard/guard.ts';
import { GuardBackend } from './guard/guard-backend.ts';
import { Halt } from './halt.ts';
import { reasonOf, type Log } from './log.ts';
import { NftShell } from './nft/nft-shell.ts';
import { usableNft } from './nft/usable-nft.ts';
import { NoRecordings } from './recording/no-recordings.ts';
import { Recordings } from './recording/recordings.ts';
import { Standing } from './standing/standing.ts';
import { replyBy } from './socket/reply.ts';
import { claimSocket, giveToGroup } from './socket/socket-file.ts';
import { listen, type SocketServer } from './socket/socket-server.ts';
import { Transactions } from './nft/transactions.ts';
import { Bans } from './unban/bans.ts';
import { Watch } from './watch.ts';

/** Puts the parts together. The guard stands before the first request is read. */
export async function startHelper(
  config: HelperConfig,
  found: string | undefined,
  log: Log,
): Promise<{ stop: () => void }> {
  await claimSocket(config.socket, 'socket');
  await claimSocket(config.adminSocket, 'adminSocket');
  const guarded = config.backend.kind === 'guard';
  const usable = guarded ? found : await usableNft(found, log);
  const nft = usable ?? 'nft'; // nobody asks anything of it then
  const shell = new NftShell(nft);
  let server: SocketServer | undefined;
  const disturbed = (why: string): void => {
    log('disturbed', { why });
    server?.broadcast({ event: 'disturbed', why });
  };
  const repair = async (): Promise<boolean> => {
    const lost = await backend.ensure();
    if (lost)
      disturbed(
        guarded
          ? 'The guard was altered or removed and has been rebuilt empty.'
          : 'The sets are there again, and empty.',
      );
    if (lost && !guarded) standing.lost();
    return lost;
  };
  const halt = new Halt();
  const transactions = new Transactions(shell, repair, limitsOf(config), halt);
  const guard = new Guard({
    nft,
    config,
    halt,
    contested: () => arming.contested(),
    built: () => standing.lost(),
    log,
  });
  const backend: Backend = guarded
    ? new GuardBackend({
        nft,
        config,
        transactions,
        repair,
        guard,
        isArmed: () => arming.isOn,
        halt,
        log,
      })
    : fitBackend({ nft: usable, config, transactions, repair, log });
  const recordings =
    usable === undefined ? new NoRecordings() : new Recordings(usable, config, transactions);
  const gate = new Gate(config, backend, disturbed);
  if (config.standing.most > 0 && !backend.standing) {
    throw new ConfigError(
      `standing.most: must be 0, because "backend": "${config.backend.kind}" has no place for standing entries.`,
    );
  }
  const standing = new Standing({
    limits: gate.limits,
    place: backend.standing,
    folder: config.state,
    halted: () => halt.reason !== undefined,
    log,
  });

  const arming = new Arming({
    guard,
    halt,
    state: new KeptState(config.state),
    atFirst: config.armed,
    disturbed,
    log,
  });
  const desk = new Desk({
    nft,
    config,
    arming,
    before: new RulesetBefore(config.state),
    opened: async () =>
      (await gate.list()).map(({ address, services }) => ({
        target: address,
        services: services.map(({ service }) => service),
      })),
    standing: () => standing.entries(),
    log,
  });

  const watch = new Watch(async (changedBy) => {
    if (halt.reason) return;
    const rebuilt = await repair();
    const asExpected = await gate.recount();
    await standing.look();
    if (!rebuilt && !asExpected) disturbed(`Elements were changed by ${changedBy ?? 'others'}.`);
  }, log);

  if (guarded) arming.begin();
  if (guarded && arming.isOn) {
    await desk.saveBefore().catch((error: unknown) => {
      log('state-failed', { level: 'error', message: reasonOf(error) });
    });
  }
  await backend.ensure();
  if (!halt.reason) {
    await recordings.clear();
    await gate.recount(); // counts what a helper before us has opened
  }
  await standing.begin();
  const bans = new Bans(config.unban, log);
  server = await listen(
    config.socket,
    0o660,
    replyBy(parseRequest, (request, receivedAt) =>
      answer({ gate, recordings, standing, bans }, log, request, receivedAt),
    ),
  );
  const admin = await listen(
    config.adminSocket,
    0o600,
    replyBy(parseGuardRequest, (request) => (guarded ? desk.answer(request) : noGuard(request))),
  );
  if (config.socketGroup !== undefined) giveToGroup(config.socket, config.socketGroup, log);
  backend.watch((by, stood = false) => {
    if (stood) standing.doubt();
    void watch.look(by);
  });
  await watch.look(); // whatever happened before the monitor watched
  log('ready', { socket: config.socket, table: config.table, ...gate.limits });
  return {
    stop: () => {
      watch.stop();
      arming.stop();
      standing.stop();
      backend.stop();
      admin.close();
      server.close();
      shell.stop();
    },
  };
}
