import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { authenticator } from '../access/authenticate.ts';
import { createCallLog } from '../access/call-log.ts';
import { createExchange } from '../asterisk/exchange.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import { watchExternalAddress } from '../external-address/external-address.ts';
import { startReconciler } from '../firewall/reconciler.ts';
import type { Transcript } from '../ivr/call.ts';
import type { Line } from '../ivr/line.ts';
import { takeCall, type TakeCallParts } from '../ivr/take-call.ts';
import { createEspeak } from '../speech/espeak.ts';
import { readWording } from '../speech/wording.ts';
import type { Config } from './config.ts';
import { openDoors } from './doors.ts';
import { readSecretFile } from './key-file.ts';
import { openHouse } from './rules.ts';
import { programRoot, version } from './version.ts';

/** Everything that must be let go of, in reverse order of taking. */
type LetGo = () => Promise<void> | void;

/** Tells systemd not to start us again (RestartPreventExitStatus): two would take the calls from each other for ever. */
const replacedStatus = 3;

/** Longer than the exchange's own patience with calls, shorter than systemd's with us. */
const longestStop = 9;

/** Takes calls until SIGTERM or SIGINT; resolves when all is let go of. */
export async function serve(config: Config): Promise<void> {
  const log = pino({ level: config.log.level, base: null });
  crashCleanly(log);
  const taken: LetGo[] = [];
  const stopped = stopSignal();
  try {
    await start(config, log, taken);
    log.info({ event: 'ready', version }, 'ready');
    log.info({ event: 'stopping', signal: await stopped }, 'stopping');
  } finally {
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

async function start(config: Config, log: Logger, taken: LetGo[]): Promise<void> {
  const ariPassword = readSecretFile(config.asterisk.password_file, 'The ARI password file');
  const timeZone = config.speech.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const wording = readWording(
    config.speech.sounds ?? join(programRoot, 'sounds'),
    config.speech.language,
    timeZone,
  );
  const externalAddress = watchExternalAddress({
    configured: config.external_address.address,
    stunServers: config.external_address.stun,
    refreshEvery: config.external_address.refresh,
    changed: (address, how) =>
      log.info({ event: 'external-address', address, how }, 'external address'),
  });
  taken.push(() => externalAddress.stop());

  const exchange = createExchange({
    url: config.asterisk.url,
    username: config.asterisk.username,
    password: ariPassword,
    application: config.asterisk.application,
    log,
    replaced: () => {
      log.fatal(
        { event: 'replaced' },
        'another dialgate has taken our calls; ending so that one remains',
      );
      process.exit(replacedStatus);
    },
  });
  const house = openHouse({
    config,
    log,
    externalAddress: externalAddress.current,
    asteriskHealth: () => exchange.health(),
  });
  taken.push(() => house.close());
  const { stores, gate } = house;

  const callLog = createCallLog(stores, systemClock);
  const interrupted = await callLog.endInterrupted();
  if (interrupted > 0)
    log.warn({ event: 'interrupted', calls: interrupted }, 'calls were cut off by a crash');
  await stores.audit.append({
    at: Date.now(),
    actor: 'system',
    kind: 'server-started',
    detail: { version },
  });
  taken.push(async () => {
    await stores.audit.append({ at: Date.now(), actor: 'system', kind: 'server-stopped' });
  });

  // before the reconciler: a command that finds no door works on the database by itself
  taken.push(await openDoors(config, house.administration, log));

  const reconciler = startReconciler({
    firewall: house.firewall,
    desired: gate.desired,
    exclusively: gate.exclusively,
    every: config.reconcile_every,
    log: (message, error) => log.warn({ event: 'reconciler', err: error }, message),
    report: async ({ opened, closed, failed }) => {
      log.warn({ event: 'healed', opened, closed, failed }, 'the gate differed from the record');
      await stores.audit.append({
        at: Date.now(),
        actor: 'system',
        kind: 'gate-healed',
        detail: { opened: opened.join(' '), closed: closed.join(' '), failed: failed.length },
      });
    },
  });
  taken.push(() => reconciler.stop());

  const speech = createEspeak({ wording, cache: config.speech.cache });
  await speech.prepare();

  const parts: TakeCallParts = {
    authenticate: authenticator({
      stores,
      secrets: house.secrets,
      clock: systemClock,
      wait: (seconds) => sleep(seconds * 1000),
      userLockout: config.access.user_lockout,
      callerLockout: config.access.caller_lockout,
    }),
    gate,
    log: callLog,
    externalAddress: externalAddress.current,
    speech,
    timer: systemTimer,
    times: { firstKey: config.call.first_key, nextKey: config.call.next_key },
    longestCall: config.call.longest,
    transcript: (callId, line) => loggedTranscript(log, callId, line),
    fault: (error, line, callId) =>
      log.error({ event: 'call-fault', err: error, callId, channel: line.id }, 'a call failed'),
  };
  exchange.start((line) => takeCall(line, parts));
  taken.push(() => exchange.stop());
}

/** What is said and keyed, as log lines; `at` has microseconds, for measuring. */
function loggedTranscript(log: Logger, callId: number, line: Line): Transcript {
  const at = (): number => performance.timeOrigin + performance.now();
  log.info({ event: 'call', callId, channel: line.id, caller: line.callerNumber }, 'call');
  return {
    prompt: (prompt, words) => log.info({ event: 'prompt', callId, prompt, words }, 'said'),
    keys: (question, keys) =>
      log.info({ event: 'keys', callId, question, keys, at: at() }, 'keyed'),
    noAnswer: (question, why) => log.info({ event: 'no-answer', callId, question, why }, why),
  };
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
