import type { Seconds } from '../domain/time.ts';

/** What is needed of a logger; pino is one. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface ExchangeOptions {
  /** Of Asterisk's HTTP server, such as `http://127.0.0.1:8088`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** The Stasis application's name, as in the dialplan. */
  readonly application: string;
  readonly log: Log;
  /**
   * Called when another program has taken the application's name: Asterisk sends
   * its calls there now. The process should end, so that whoever watches over it
   * sees that there are two.
   */
  readonly replaced?: (() => void) | undefined;
  /** How telephones are called; without it `dial` fails. */
  readonly callBack?: CallBackOptions | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

export interface CallBackOptions {
  /** Where `{number}` is called, as for Asterisk's Dial(): `PJSIP/{number}@carrier`. */
  readonly endpoint: string;
  /** The number that the telephone shows, `5550142` or `"dialgate" <5550142>`. Absent: Asterisk's own choice. */
  readonly callerId?: string | undefined;
  /** How long it may ring. */
  readonly ringFor: Seconds;
  /** Asterisk ends the call after so long, whatever happens to us; default 300. */
  readonly longestCall?: Seconds | undefined;
}

/** All in milliseconds. */
export interface Timeouts {
  /** One question whether Asterisk is there. */
  readonly ping: number;
  /** Between such questions; begins at a tenth of it. */
  readonly pingPause: number;
  /** Between such questions after a refused password, which no haste will mend. */
  readonly refusedPause: number;
  /** Fetching the API description. */
  readonly connect: number;
  /** Opening the event connection; and its silence after which it counts as dead. */
  readonly silence: number;
  /** Between pings on the event connection. */
  readonly beat: number;
  /** Any one command to Asterisk. */
  readonly command: number;
  /** By how much a sound may outlast its length. */
  readonly playMargin: number;
  /** How long a call may be on Asterisk's list without having been announced to us. */
  readonly announcement: number;
  /** How long `stop` waits for calls to end. */
  readonly stop: number;
}

export const usualTimeouts: Timeouts = {
  ping: 1000,
  pingPause: 1000,
  refusedPause: 5000,
  connect: 10_000,
  silence: 6000,
  beat: 2000,
  command: 5000,
  playMargin: 3000,
  announcement: 500,
  stop: 5000,
};
