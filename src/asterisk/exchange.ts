import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Seconds } from '../domain/time.ts';
import type { Exchange, Line } from '../ivr/line.ts';
import { Ari } from './ari.ts';
import { Calls, type CallCommands } from './calls.ts';
import { usualTimeouts, type ExchangeOptions, type Timeouts } from './exchange-options.ts';
import { heartbeat } from './heartbeat.ts';
import { unreachable } from './reachable.ts';
import { callFailed } from './ringing.ts';
import { pause, within } from './within.ts';

/** An exchange that also tells how many calls it holds state for, for tests and metrics. */
export interface AsteriskExchange extends Exchange {
  readonly size: number;
}

/** Calls from an Asterisk, by ARI. Logs neither digits nor the password. */
export function createExchange(options: ExchangeOptions): AsteriskExchange {
  return new AriExchange(options);
}

class AriExchange implements AsteriskExchange {
  readonly #options: ExchangeOptions;
  readonly #timeouts: Timeouts;
  readonly #stopping = new AbortController();
  /** The latest connection; its commands are tried even while events do not come. */
  #ari: Ari | undefined;
  #calls: Calls | undefined;
  #running: Promise<void> | undefined;
  #why: string | undefined = 'not started';

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#timeouts = { ...usualTimeouts, ...options.timeouts };
  }

  get size(): number {
    return this.#calls?.size ?? 0;
  }

  start(take: (line: Line) => Promise<void>): void {
    if (this.#running) return;
    const command = <T>(what: string, act: (ari: Ari) => Promise<T>): Promise<T> =>
      this.#ari
        ? within(this.#timeouts.command, what, act(this.#ari))
        : Promise.reject(new Error(`${what}: not connected to Asterisk`));
    const commands: CallCommands = {
      answer: (id) => command('answer', (ari) => ari.answer(id)),
      hangUp: (id, reason) => command('hang up', (ari) => ari.hangUp(id, reason)),
      originate: (origination) => command('call', (ari) => ari.originate(origination)),
      play: (id, playback, paths) => command('play', (ari) => ari.play(id, playback, paths)),
      stopPlayback: (playback) => command('stop', (ari) => ari.stopPlayback(playback)),
    };
    const { application, log } = this.#options;
    this.#calls = new Calls(application, take, commands, this.#timeouts, log);
    this.#running = this.#run(this.#calls);
  }

  async dial(number: PhoneNumber): Promise<Line> {
    const { callBack } = this.#options;
    if (!callBack) throw callFailed('no endpoint to call it by is configured (call_back.endpoint)');
    if (!this.#calls || this.#why !== undefined) throw callFailed('Asterisk is not connected');
    return this.#calls.dial(number, callBack);
  }

  health(): { connected: boolean; why?: string } {
    return this.#why === undefined ? { connected: true } : { connected: false, why: this.#why };
  }

  async stop(grace: Seconds = 0): Promise<void> {
    // still connected, so that calls in progress and those arriving are hung up
    await this.#calls?.close(grace);
    this.#stopping.abort();
    await this.#running;
    this.#why = stopped;
  }

  /** One connection after the other, until stopped or replaced. */
  async #run(calls: Calls): Promise<void> {
    while (await this.#reachable()) {
      const beganAt = performance.now();
      let ari: Ari | undefined;
      let why: string;
      try {
        const { url, username, password } = this.#options;
        const connecting = Ari.connect(url, username, password);
        ari = this.#ari = await within(this.#timeouts.connect, 'connect to ARI', connecting);
        why = await this.#serve(ari, calls);
      } catch (error) {
        why = error instanceof Error ? error.message : 'unknown fault';
      }
      ari?.retire();
      calls.disconnected();
      this.#down(why);
      if (why === replaced) return this.#options.replaced?.();
      // at once after a long life, but not in haste again and again
      const { pingPause } = this.#timeouts;
      const lived = performance.now() - beganAt;
      await pause(lived > pingPause ? pingPause / 10 : pingPause, this.#stopping.signal);
    }
  }

  /** Takes calls on this connection until it ends; resolves to why. */
  async #serve(ari: Ari, calls: Calls): Promise<string> {
    const { application, log } = this.#options;
    const over = new AbortController();
    const stop = new Promise<string>((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve(stopped), {
        once: true,
        signal: over.signal,
      });
      ari.on('ApplicationReplaced', () => resolve(replaced));
    });
    try {
      calls.listen(ari);
      const { opened, closed } = heartbeat(
        ari.open(application, (err) => log.error({ err }, 'an event could not be dealt with')),
        this.#timeouts,
      );
      await Promise.race([opened, stop]);
      const agree = (): Promise<void> =>
        within(
          this.#timeouts.connect,
          'list calls',
          calls.agree(ari, (ms) => pause(ms, over.signal)),
        );
      calls.onUnconfirmed(() => {
        void pause(this.#timeouts.pingPause, over.signal)
          .then(() => (over.signal.aborted ? undefined : agree()))
          .catch((err: unknown) => log.warn({ err }, 'cannot list the calls in Asterisk'));
      });
      await agree();
      this.#why = undefined;
      log.info({ application }, 'connected to Asterisk');
      const why = await Promise.race([closed, stop]);
      if (why === stopped) {
        // a call may arrive while Asterisk lets go: it is told of, or found afterwards
        ari.close();
        await within(this.#timeouts.ping, 'close the event connection', closed);
        await agree();
      }
      return why;
    } finally {
      over.abort();
    }
  }

  /** Waits until ARI answers; false when stopped meanwhile. */
  async #reachable(): Promise<boolean> {
    const { url, username, password } = this.#options;
    const { ping, pingPause, refusedPause } = this.#timeouts;
    let wait = pingPause / 10;
    while (!this.#stopping.signal.aborted) {
      const fault = await unreachable(url, username, password, ping);
      if (!fault) return true;
      this.#down(fault.why);
      await pause(fault.refused ? refusedPause : wait, this.#stopping.signal);
      wait = Math.min(wait * 2, pingPause);
    }
    return false;
  }

  /** Says it once in the log, however long it lasts. */
  #down(why: string): void {
    if (this.#why !== why && !this.#stopping.signal.aborted) {
      this.#options.log.warn({ why }, 'not connected to Asterisk');
    }
    this.#why = why;
  }
}

const stopped = 'stopped';
const replaced =
  'Another program has taken the Stasis application. Only one dialgate may use it: stop the other, or give this one another name.';
