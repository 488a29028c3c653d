import { connect } from 'node:net';
import { kindOf } from '../../firewall/wire-address.ts';
import type { Log } from '../log.ts';

/** Longer than dialgate-unban itself waits for fail2ban. Milliseconds. */
const patience = 15_000;
/** Openings at once whose bans are being lifted; more are not kept in mind. */
const most = 64;

/**
 * Has fail2ban's ban on an address lifted. Nobody waits for it, and nothing fails
 * because of it: a ban outlives the opening, and the caller hears nothing of it.
 */
export class Bans {
  readonly #socket: string | undefined;
  readonly #log: Log;
  #asking = 0;

  /** Of dialgate-unban; undefined where there is none. */
  constructor(socket: string | undefined, log: Log) {
    this.#socket = socket;
    this.#log = log;
  }

  lift(address: string): void {
    if (this.#socket === undefined || this.#asking >= most || kindOf(address) === '6net') return;
    this.#asking++;
    const socket = connect(this.#socket);
    let said = '';
    let fault = 'it did not answer';
    const timer = setTimeout(() => socket.destroy(), patience);
    socket.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 1000)));
    socket.on('error', (error) => (fault = error.message));
    socket.on('close', () => {
      clearTimeout(timer);
      this.#asking--;
      const lifted = /^ok (\d+)\n/.exec(said)?.[1];
      if (lifted === undefined) {
        this.#log('unban-failed', { address, message: `dialgate-unban: ${said.trim() || fault}` });
      } else if (lifted !== '0') this.#log('ban-lifted', { address, bans: Number(lifted) });
    });
    socket.write(`${address}\n`);
  }
}
