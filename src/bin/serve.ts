import type { Logger } from 'pino';
import type { Admission } from '../access/admission.ts';
import { createCallLog } from '../access/call-log.ts';
import type { Lockouts } from '../access/lockouts.ts';
import type { Phase } from '../access/readiness.ts';
import { systemClock } from '../domain/time.ts';
import { watchExternalAddress } from '../external-address/external-address.ts';
import { checkUnserved } from '../http/listen.ts';
import { takeCall } from '../ivr/take-call.ts';
import type { Preparation } from '../speech/speech.ts';
import { disagreements } from './check-config.ts';
import type { Config } from './config.ts';
import { digestOf } from './digest.ts';
import { openDoors } from './doors.ts';
import { createLog } from './log.ts';
import { startReconcilers } from './reconcilers.ts';
import { openHouse } from './rules.ts';
import { callParts, openAdmission, openExchange, openSpeech } from './telephone.ts';
import { version } from './version.ts';

/** Everything that must be let go of, in reverse order of taking. */
type LetGo = () => Promise<void> | void;

/** Tells systemd not to start us again (RestartPreventExitStatus): two would take the calls from each other for ever. */
const replacedStatus = 3;

/** How long callers may be told that we stop, an opening that they have confirmed included. Seconds. */
const farewell = 6;

/** Longer than that and the exchange's own patience, shorter than systemd's with us. */
const longestStop = 14;

/** Takes calls until SIGTERM or SIGINT; resolves when all is let go of. */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.log.level);
  crashCleanly(log);
  const taken: LetGo[] = [];
  let phase: Phase = 'starting';
  const stopped = stopSignal();
  const stopping = new AbortController();
  void stopped.then(() => stopping.abort());
  try {
    await start(config, log, taken, () => phase, stopping.signal);
    if (!stopping.signal.aborted) {
      phase = 'serving';
      log.info({ event: 'ready', version }, 'ready');
    }
    log.info({ event: 'stopping', signal: await stopped }, 'stopping');
  } finally {
    phase = 'stopping';
    const late = setTimeout(() => {
      log.error(
        { event: 'stop-late' },
        `not stopped within ${longestStop} s; leaving all the same`,
      );
      process.exit(1);
    }, longestStop * 1000);
    for (const letGo of taken.toReversed()) {
      try {
        await letGo();
      } catch (error) {
        log.error({ err: error }, 'something could not be let go of');
      }
    }
    clearTimeout(late);
  }
}

async function start(
  config: Config,
  log: Logger,
  taken: LetGo[],
  phase: () => Phase,
  stopping: AbortSignal,
): Promise<void> {
  // before all else: the calls on record and the notices that wait are those of whoever serves
  await checkUnserved(config.http.admin_socket);
  const speech = openSpeech(config);
  const externalAddress = watchExternalAddress({
    configured: config.external_address.address,
    stunServers: config.external_address.stun,
    refreshEvery: config.external_address.refresh,
    changed: (address, how) =>
      log.info({ event: 'external-address', address, how }, 'external address'),
  });
  taken.push(() => externalAddress.stop());

  const exchange = openExchange(config, log, () => {
    log.fatal(
      { event: 'replaced' },
      'another dialgate has taken our calls; ending so that one remains',
    );
    process.exit(replacedStatus);
  });
  let admission: Admission | undefined;
  const house = openHouse({
    config,
    log,
    externalAddress: externalAddress.current,
    asteriskHealth: () => exchange.health(),
    admission: () => admission?.counts(),
    phase,
  });
  taken.push(() => house.close());
  const { stores } = house;
  admission = openAdmission(config, stores, log);

  const callLog = createCallLog(stores, systemClock, config.dialling);
  const interrupted = await callLog.endInterrupted();
  if (interrupted > 0)
    log.warn({ event: 'interrupted', calls: interrupted }, 'calls were cut off by a crash');
  const { checkpoints, upkeep, refusedRequests, suspect } = house.record;
  await house.tallies.start();
  await suspect();
  await stores.audit.append({
    at: Date.now(),
    actor: 'system',
    kind: 'server-started',
    // another digest than the last time: somebody has changed the configuration
    detail: { version, configuration: digestOf(config) },
  });
  taken.push(() => checkpoints.stop());
  taken.push(async () => {
    await stores.audit.append({ at: Date.now(), actor: 'system', kind: 'server-stopped' });
  });
  // what these put on record last comes before the word of the stop, under the last checkpoint
  taken.push(() => refusedRequests.stop());
  taken.push(() => admission?.stop());
  checkpoints.start();
  upkeep.start();
  taken.push(() => upkeep.stop());
  house.notices.start();
  taken.push(() => house.notices.stop());

  // a helper that is away now is none of this: calls will say that nothing was opened
  const limits = await house.firewall.limits().catch(() => undefined);
  const users = await stores.users.list();
  for (const words of limits ? disagreements(config, limits, users) : []) {
    log.warn({ event: 'limits' }, words);
  }

  const calledBack = users.filter((u) => u.callerPolicy === 'call-back');
  if (config.call_back === undefined && calledBack.length > 0) {
    log.warn(
      { event: 'limits', users: calledBack.map(({ name }) => name) },
      'users are to be phoned back, and call_back.endpoint names nothing to call them by: they cannot get in',
    );
  }

  // before the reconciler: a command that finds no door works on the database by itself
  taken.push(await openDoors(config, house.administration, house.meters, log));

  taken.push(startReconcilers(house, config, log));
  taken.push(forgetOldLockouts(house.lockouts, log));

  const leaving = new AbortController();
  await speech.prepare(sayingProgress(log), stopping);
  // at the first start it takes minutes: whoever stops us meanwhile does not wait for the rest
  if (stopping.aborted) return;
  const parts = callParts({
    config,
    log,
    house,
    admission,
    callLog,
    exchange,
    speech,
    externalAddress: externalAddress.current,
    leaving: leaving.signal,
  });
  exchange.start((line) => takeCall(line, parts));
  taken.push(() => {
    leaving.abort();
    return exchange.stop(farewell);
  });
}

/** The first start renders hundreds of sentences: whoever waits shall see that it goes on. */
function sayingProgress(log: Logger): (preparation: Preparation) => void {
  let told: string | undefined;
  return ({ language, done, total }) => {
    if (told === language) return;
    told = language;
    log.info({ event: 'rendering', language, done, total }, 'rendering prompts');
  };
}

/** How often what no lock remembers any more is cleared away. */
const clearingEvery = 3600;

function forgetOldLockouts(lockouts: Lockouts, log: Logger): LetGo {
  const clear = (): void =>
    void lockouts
      .forgetOld()
      .catch((error: unknown) => log.warn({ err: error }, 'old lockouts were not cleared away'));
  clear();
  const every = setInterval(clear, clearingEvery * 1000);
  return () => clearInterval(every);
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}

/** A fault that nobody caught ends the process at once; the kernel's timeouts keep every promise made. */
function crashCleanly(log: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ event: 'crash', err: error }, 'a fault that nobody caught');
      log.flush();
      process.exit(1);
    });
  }
}
