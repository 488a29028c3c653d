import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createAdmission, type Admission } from '../access/admission.ts';
import { watchArrival } from '../access/arrival.ts';
import { authenticator } from '../access/authenticate.ts';
import { createCallBacks } from '../access/call-back.ts';
import type { CallLog } from '../access/call-log.ts';
import { createPairing } from '../access/pairing.ts';
import { createExchange, type AsteriskExchange } from '../asterisk/exchange.ts';
import type { Address } from '../domain/address.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import type { Stores } from '../domain/ports.ts';
import { systemClock, systemTimer } from '../domain/time.ts';
import type { TakeCallParts } from '../ivr/take-call.ts';
import { speakOnThread } from '../speech/speaking-thread.ts';
import { createSpeech, type PreparedSpeech } from '../speech/speech.ts';
import { lockoutRules, type Config } from './config.ts';
import { readSecretFile } from './key-file.ts';
import { languagesOf, type House } from './rules.ts';
import { loggedTranscript } from './transcript.ts';
import { programRoot } from './version.ts';

/** Everything that a call is made of, put together from the configuration. */

const steady = (): number => performance.now();

/** @throws AccessError for a language, a prompt or a recording that is not right. */
export function openSpeech(config: Config): PreparedSpeech {
  const { speech } = config;
  return createSpeech({
    languages: languagesOf(config),
    sounds: speech.sounds ?? join(programRoot, 'sounds'),
    recordings: speech.recordings,
    timeZone: speech.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    cache: speech.cache,
    speak: speakOnThread(),
  });
}

export function openExchange(config: Config, log: Logger, replaced: () => void): AsteriskExchange {
  const { asterisk, call_back: callBack } = config;
  return createExchange({
    url: asterisk.url,
    username: asterisk.username,
    password: readSecretFile(asterisk.password_file, 'The ARI password file'),
    application: asterisk.application,
    log,
    replaced,
    callBack: callBack && {
      endpoint: callBack.endpoint,
      callerId: callBack.caller_id,
      ringFor: callBack.ring_for,
      // a net below our own limit, for when we are no longer there
      longestCall: config.call.longest + 60,
    },
  });
}

export function openAdmission(config: Config, stores: Stores, log: Logger): Admission {
  const { admission, dialling } = config;
  return createAdmission({
    stores,
    clock: systemClock,
    steady,
    timer: systemTimer,
    dialling,
    rules: {
      atOnce: admission.at_once,
      atOncePerCaller: admission.per_caller_at_once,
      perCallerPerHour: admission.per_caller_per_hour,
      withheldAtOnce: admission.withheld_at_once,
      withheldPerHour: admission.withheld_per_hour,
      perMinute: admission.per_minute,
      brake: admission.brake,
      exceptions: admission.exceptions.flatMap((text) => parsePhoneNumber(text, dialling) ?? []),
    },
    alarm: (message, details) => log.error({ event: 'alarm', ...details }, message),
    allClear: (message) => log.info({ event: 'all-clear' }, message),
  });
}

/** What was dialled is the exchange's word: `constructor` too is a number. */
export function languageFor(
  dialled: string,
  { by_number: byNumber, language }: Pick<Config['speech'], 'by_number' | 'language'>,
): string {
  return (Object.hasOwn(byNumber, dialled) ? byNumber[dialled] : undefined) ?? language;
}

export interface CallPartsSources {
  readonly config: Config;
  readonly log: Logger;
  readonly house: House;
  readonly admission: Admission;
  readonly callLog: CallLog;
  readonly exchange: AsteriskExchange;
  readonly speech: PreparedSpeech;
  readonly externalAddress: () => Address | undefined;
  /** Aborted when we stop. */
  readonly leaving: AbortSignal;
}

export function callParts(sources: CallPartsSources): TakeCallParts {
  const { config, log, house, admission, callLog, exchange, speech } = sources;
  const { stores, gate, firewall, secrets } = house;
  const { call, pairing, speech: spoken } = config;
  return {
    admission,
    refusalTone: config.admission.refuse_with,
    authenticate: authenticator({
      ...lockoutRules(config),
      stores,
      secrets,
      clock: systemClock,
      wait: (seconds) => sleep(seconds * 1000),
      dialling: config.dialling,
      failed: (kind, callerNumber) => admission.failed(kind, callerNumber),
    }),
    gate,
    log: callLog,
    clock: systemClock,
    pairing: pairing.enabled
      ? createPairing({
          firewall,
          audit: stores.audit,
          clock: systemClock,
          timer: systemTimer,
          window: pairing.window,
          ipv6: pairing.ipv6,
        })
      : undefined,
    watchArrival: (address) => watchArrival(firewall, address, systemTimer),
    callBacks: createCallBacks({
      users: stores.users,
      audit: stores.audit,
      clock: systemClock,
      steady,
      perHour: config.call_back?.per_hour,
    }),
    dial: (number) => exchange.dial(number),
    languages: spoken.offer,
    languageOf: (dialled) => languageFor(dialled, spoken),
    externalAddress: sources.externalAddress,
    speech,
    timer: systemTimer,
    times: { firstKey: call.first_key, nextKey: call.next_key },
    leaving: sources.leaving,
    longestCall: call.longest,
    longestUnrecognised: call.longest_unrecognised,
    transcript: (callId, line) => loggedTranscript(log, callId, line),
    fault: (error, line, callId) =>
      log.error({ event: 'call-fault', err: error, callId, channel: line.id }, 'a call failed'),
  };
}
